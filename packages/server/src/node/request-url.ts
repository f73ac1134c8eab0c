import { Problem } from '../http/problem.ts';
import { parsedUrl } from '../url/judged-url.ts';
import type { NodeRequest } from './node-message.ts';

/**
 * Returns the URL that a client requested, from `Host` and the request target. Any client can send `X-Forwarded-Proto`
 * and `X-Forwarded-Host`, so they count only with `trustProxy`. Of several values, the last one counts, which the
 * nearest proxy has added.
 *
 * @throws `Problem` 400 for a `Host` that is not a host, because with a path in it, it would name another URL; also for
 *   a URL that cannot be parsed
 */
export function requestUrl({ headers, url, originalUrl, socket }: NodeRequest, trustProxy: boolean): string {
  const forwarded = (name: string): string | undefined => (trustProxy ? lastOf(headers[name]) : undefined);
  const isEncrypted = 'encrypted' in socket && socket.encrypted === true;
  const scheme = /^https?$/.exec(forwarded('x-forwarded-proto') ?? '')?.[0] ?? (isEncrypted ? 'https' : 'http');
  const target = originalUrl ?? url ?? '/';
  // A client of a proxy sends the whole URL, which then counts instead of `Host` (RFC 9112, section 3.2.2).
  const absolute = /^https?:\/\/([^/?#]*)(.*)$/i.exec(target);
  const [named, path] = absolute
    ? [absolute[1], absolute[2]]
    : [lastOf(headers[':authority'] ?? headers.host), target === '*' ? '' : target];
  const host = forwarded('x-forwarded-host') ?? named ?? 'localhost';
  if (!/^(?:[\w.-]+|\[[\da-f:.]+\])(?::\d+)?$/i.test(host))
    throw new Problem(400, 'The Host header of the request is not a host name.');
  const rooted = path?.startsWith('/') ? path : `/${path ?? ''}`;
  const href = `${scheme}://${host}${rooted}`;
  if (!parsedUrl(href)) throw new Problem(400, 'The URL of the request cannot be read.');
  return href;
}

function lastOf(value: string | readonly string[] | undefined): string | undefined {
  const last = [value].flat().join(',').split(',').at(-1)?.trim();
  return last === '' ? undefined : last;
}
