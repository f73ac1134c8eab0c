import type { Answer, Page } from './observations.ts';

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
  const control = (headers.get('cache-control') ?? '').toLowerCase();
  if (!isRefusal || /\bno-store\b|\bno-cache\b/.test(control)) return undefined;
  return /(?:max-age|s-maxage)="?0*[1-9]|\bpublic\b/.test(control) ? `Cache-Control is ${control}` : undefined;
}

type Headed = Pick<Answer, 'headers'>;

/** Returns the names of a list in a header, in lower case. */
export const namesIn = (value: string | null): string[] =>
  // a pattern with the spaces around a comma would start anew at each space of a long run
  (value ?? '')
    .toLowerCase()
    .split(',')
    .map((name) => name.trim());

/** Whether a page may read the answers of `url` without CORS. */
export const isSameOrigin = (url: string, { origin }: Pick<Page, 'origin'>): boolean => new URL(url).origin === origin;

/**
 * Returns why a browser would not let a page of another origin read an answer (Fetch standard, "CORS check");
 * `undefined` if it would, or if that cannot be judged, because a server lists its pages and nobody has named one.
 *
 * @param credentials whether the request carries cookies
 */
export function corsProblem({ headers }: Headed, page: Page, credentials: boolean): string | undefined {
  const allowed = headers.get('access-control-allow-origin');
  const isMadeUp = page.isFrom === 'nobody';
  if (allowed === null) {
    const listsPages = /\borigin\b/i.test(headers.get('vary') ?? '');
    return isMadeUp && listsPages ? undefined : 'Access-Control-Allow-Origin is missing';
  }
  if (credentials && headers.get('access-control-allow-credentials') !== 'true')
    return 'it needs cookies, and Access-Control-Allow-Credentials: true is missing';
  if (allowed === '*') return credentials ? 'it needs cookies, and Access-Control-Allow-Origin is *' : undefined;
  if (allowed === page.origin) return undefined;
  if (allowed.includes(',')) return 'the response has more than one Access-Control-Allow-Origin';
  return isMadeUp ? undefined : 'Access-Control-Allow-Origin names another origin';
}

/** Returns the headers of a preflight: a browser names neither cookies nor what it sets itself (Fetch, section 4.8). */
export const preflightHeaders = (origin: string, method: string, names: readonly string[]): Record<string, string> => ({
  origin,
  'access-control-request-method': method,
  'access-control-request-headers': namesToAllow(names).join(','),
});

/** Returns the names of headers that a preflight asks for. */
export const namesToAllow = (names: readonly string[]): string[] =>
  [...new Set(names)].filter((name) => !ofTheBrowser.test(name)).sort();

const ofTheBrowser = /^(?:cookie|origin|referer|user-agent|accept|accept-language)$/;

/** Returns why a preflight would not let a request with these headers pass; `undefined` as in `corsProblem`. */
export function preflightProblem(
  answer: Headed & Pick<Answer, 'status'>,
  page: Page,
  { names, credentials }: { names: readonly string[]; credentials: boolean },
): string | undefined {
  const { status, headers } = answer;
  if (status < 200 || status > 299) return `the answer to OPTIONS is ${status}`;
  const problem = corsProblem(answer, page, credentials);
  if (problem !== undefined || headers.get('access-control-allow-origin') === null) return problem;
  const listed = namesIn(headers.get('access-control-allow-headers'));
  const allowsAll = listed.includes('*') && !credentials;
  const missing = names.filter((name) => !listed.includes(name) && (!allowsAll || name === 'authorization'));
  return missing.length > 0 ? `Access-Control-Allow-Headers does not name ${missing.join(', ')}` : undefined;
}

/** Tells whether a browser blocks `url` below a page or a document at `above`. Loopback hosts are never insecure. */
export function isMixedContent(url: string, above: string): boolean {
  const { protocol, hostname } = new URL(url);
  // "potentially trustworthy", W3C Secure Contexts section 3.1
  const isLoopback = /^(?:127(?:\.\d{1,3}){3}|\[::1\]|(?:.+\.)?localhost)$/i.test(hostname);
  return protocol === 'http:' && new URL(above).protocol === 'https:' && !isLoopback;
}

/** Loopback, private networks and link-local addresses, such as that of a cloud's metadata service. */
const privateAddresses =
  /^(?:0|10|127|169\.254|192\.168|172\.(?:1[6-9]|2\d|3[01])|100\.(?:6[4-9]|[7-9]\d|1[01]\d|12[0-7]))\.|^\[(?:::|f[cd]|fe[89ab])/;

/** Tells whether a host name belongs to this machine or the network around it. @param hostname as `URL` writes it */
export function isPrivateHost(hostname: string): boolean {
  const name = hostname.replace(/\.$/, '');
  if (/^\[|^[\d.]+$/.test(name)) return privateAddresses.test(name);
  // the public DNS has no names without a dot
  return !name.includes('.') || /\.(?:localhost|local|internal)$/.test(name);
}
