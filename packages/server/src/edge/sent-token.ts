import type { SignedToken, TokenFormat } from '../token/token-format.ts';
import type { GrantedVerdict } from '../token/verdict.ts';
import { decodeOnce } from '../url/decode-once.ts';

/**
 * Returns the token of a request that was let through, in a form that can be put on other URLs: everything that the
 * requested URL has and the granted URL has not.
 *
 * @param granted a part of a format's verdict
 */
export function sentToken(
  asked: URL,
  granted: Pick<GrantedVerdict, 'url' | 'carriers' | 'expires'>,
  format: TokenFormat,
): SignedToken {
  const { carriers: { cookies = [], headers = [] } = {}, expires } = granted;
  if (cookies.length + headers.length > 0) return { expires, credentials: true };
  const bare = format.bare?.(asked) ?? asked;
  return {
    expires,
    query: takenParameters(asked.search, new URL(granted.url).search),
    ...(bare.pathname !== asked.pathname && frontOf(asked, bare.pathname)),
  };
}

/**
 * Returns the parameters that `search` has and `rest` has not, with the escapes of values undone, as tokens have them.
 */
function takenParameters(search: string, rest: string): Record<string, string> {
  const left = rest.slice(1).split('&');
  const taken: Record<string, string> = {};
  let next = 0;
  for (const pair of search.slice(1).split('&')) {
    if (pair === left[next]) {
      next++;
      continue;
    }
    const [name = '', value = ''] = pair.split(/=(.*)/s);
    taken[name] = decodeOnce(value) ?? value;
  }
  return taken;
}

/**
 * Finds the token of a path: it is in front of the path segments with which both paths end. `prefix` is the part in
 * front of them without the token, and `base` is that part with the token.
 */
function frontOf({ origin, pathname }: URL, bare: string): Pick<SignedToken, 'prefix' | 'base'> {
  const [sent, plain] = [pathname.split('/'), bare.split('/')];
  while (plain.length > 1 && sent.at(-1) === plain.at(-1)) {
    sent.pop();
    plain.pop();
  }
  const folder = (names: readonly string[]): string => `${origin}${names.join('/')}/`;
  return { prefix: folder(plain), base: folder(sent) };
}
