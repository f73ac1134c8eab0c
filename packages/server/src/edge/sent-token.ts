import type { SignedToken, TokenFormat } from '../token/token-format.ts';
import type { GrantedVerdict } from '../token/verdict.ts';
import { decodeOnce } from '../url/decode-once.ts';

/**
 * The token that a request was let through with, as it is put on other URLs: whatever the URL that was asked for has
 * beyond the one that was granted.
 *
 * @param granted of a format's verdict
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

/** The parameters that a query has lost on its way, with the escapes of values undone, as tokens have them. */
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

/** The token of a path is in front of the names that both paths end with; what precedes them changes places with it. */
function frontOf({ origin, pathname }: URL, bare: string): Pick<SignedToken, 'prefix' | 'base'> {
  const [sent, plain] = [pathname.split('/'), bare.split('/')];
  while (plain.length > 1 && sent.at(-1) === plain.at(-1)) {
    sent.pop();
    plain.pop();
  }
  const folder = (names: readonly string[]): string => `${origin}${names.join('/')}/`;
  return { prefix: folder(plain), base: folder(sent) };
}
