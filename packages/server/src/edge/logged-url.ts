import type { TokenFormat } from '../token/token-format.ts';
import { encodePath } from '../url/canonical-path.ts';
import { decodeOnce } from '../url/decode-once.ts';
import type { JudgedUrl } from '../url/judged-url.ts';

/**
 * The number of path segments that are examined, since a stranger may send thousands. The rest of such a path is
 * hidden.
 */
const maxNames = 32;

/**
 * Returns the URL of a refused request for a log. `…` replaces a token in a place where the format does not read it:
 * the token may be valid in its proper place.
 */
export function loggedUrl(url: JudgedUrl, format: TokenFormat): string {
  const { path, end } = withoutParameters(url.path, format.parameters ?? []);
  return url.origin + withoutPathTokens(url.origin, encodePath(path, 'decoded'), format) + end;
}

/** Cuts a path at the first parameter of a token: a client may send `&`, `%3F` or `%253F` instead of the `?`. */
function withoutParameters(path: string, names: readonly string[]): { path: string; end: string } {
  const folded = names.map((name) => name.toLowerCase());
  const text = decodeOnce(path) ?? path;
  for (const { 0: found, 1: name = '', index } of text.matchAll(/[^\w.~-]([\w.~-]+)=/g))
    if (folded.includes(name.toLowerCase())) return { path: text.slice(0, index + found.length), end: '…' };
  return { path, end: '' };
}

/** Replaces tokens within a path: a client may request `/hls/TOKEN/a.ts` although the format reads `/TOKEN/a.ts`. */
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
