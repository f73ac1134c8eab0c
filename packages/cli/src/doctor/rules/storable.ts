import type { Answer } from '../observations.ts';

/**
 * Returns how an answer shows that a cache has kept it, or may keep it (RFC 9111 sections 3 and 5); `undefined` if
 * nothing shows that.
 *
 * @param isRefusal whether headers that allow caching count too; a served file may well be cached
 */
export function cachedBy({ headers }: Answer, { isRefusal }: { isRefusal: boolean }): string | undefined {
  const hit = ['x-cache', 'x-cache-status', 'cf-cache-status', 'x-proxy-cache'].find((name) =>
    /\bhit\b/i.test(headers.get(name) ?? ''),
  );
  if (hit !== undefined) return `${hit} shows that the response comes from a cache`;
  if (Number(headers.get('age') ?? 0) > 0) return 'Age shows that the response comes from a cache';
  if (!isRefusal) return undefined;
  const control = (headers.get('cache-control') ?? '').toLowerCase();
  if (/\bno-store\b|\bno-cache\b/.test(control)) return undefined;
  if (/(?:max-age|s-maxage)="?0*[1-9]/.test(control) || /\bpublic\b/.test(control))
    return `Cache-Control is ${control}`;
  const expiresMs = Date.parse(headers.get('expires') ?? '');
  const isLater = expiresMs > Date.parse(headers.get('date') ?? '') + 1000;
  return !control.includes('max-age') && isLater ? 'Expires is in the future' : undefined;
}
