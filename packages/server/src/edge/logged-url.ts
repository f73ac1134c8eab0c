import type { TokenFormat } from '../token/token-format.ts';
import { encodePath } from '../url/canonical-path.ts';
import { decodeOnce } from '../url/decode-once.ts';
import type { JudgedUrl } from '../url/judged-url.ts';

/** Names of a path that are looked at, since a stranger may send thousands; the rest of such a path is hidden. */
const maxNames = 32;

/**
 * The URL of a refused request for a log, with `…` in place of a token that stands where the format does not read it.
 * It may be valid where it belongs.
 */
export function loggedUrl(url: JudgedUrl, format: TokenFormat): string {
  const { path, end } = withoutParameters(url.path, format.parameters ?? []);
  return url.origin + withoutPathTokens(url.origin, encodePath(path, 'decoded'), format) + end;
}

/** A client may send `&`, `%3F` or `%253F` for the `?`: from the first parameter of a token on, it is a query. */
function withoutParameters(path: string, names: readonly string[]): { path: string; end: string } {
  const folded = names.map((name) => name.toLowerCase());
  const text = decodeOnce(path) ?? path;
  for (const { 0: found, 1: name = '', index } of text.matchAll(/[^\w.~-]([\w.~-]+)=/g))
    if (folded.includes(name.toLowerCase())) return { path: text.slice(0, index + found.length), end: '…' };
  return { path, end: '' };
}

/** A client may ask for `/hls/TOKEN/a.ts` where the format reads `/TOKEN/a.ts`. */
function withoutPathTokens(origin: string, path: string, format: TokenFormat): string {
  if (!format.bare) return path;
  let shown = '';
  let rest = path;
  for (let i = 0; i < maxNames; i++) {
    const asked = new URL(origin + rest);
    const { pathname } = format.bare(asked);
    const next = rest.indexOf('/', 1);
    if (pathname !== asked.pathname) {
      shown += '/…';
      rest = pathname;
    } else if (next < 0) {
      return shown + rest;
    } else {
      shown += rest.slice(0, next);
      rest = rest.slice(next);
    }
  }
  return `${shown}/…`;
}
