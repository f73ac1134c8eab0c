import { optionsError } from '../errors/options-error.ts';
import { judgeScope } from '../url/judged-scope.ts';
import type { Scope } from '../url/scope.ts';
import { checkFormatCarriers, checkTokenCarriers } from './carrier-clash.ts';
import { joinedToken } from './joined-token.ts';
import { setQuery } from './set-query.ts';
import type { JudgedRequest, TokenFormat, VerifyingTokenFormat } from './token-format.ts';
import { tokenQuery } from './token-query.ts';
import { refused } from './verdict.ts';
import type { GrantedVerdict, Verdict } from './verdict.ts';

type Sign = NonNullable<TokenFormat['sign']>;
type Verify = NonNullable<TokenFormat['verify']>;

/**
 * Combines two formats into one that puts two tokens on each request: a watermark in the path and the token of a CDN in
 * the query, or the tokens of two CDNs of which one stands behind the other. One call brings both tokens, with one
 * expiry, the earlier of the two. They open the URLs that both tokens open.
 *
 * Neither format signs a token in the path. If both tokens travel in the query, the second format signs a URL that
 * already has the first token: if it signs the query, it signs the parameters of the first token, too. `verify`, which
 * exists if both formats have it, judges the second token, takes it off the URL, and judges the first token with the
 * rest. Both have to be good.
 *
 * @throws `ERR_OPTIONS` for a value that is not a format, and for two formats whose tokens travel in the same
 *   parameter, header or cookie, or both in the path. For custom formats that do not declare where their tokens travel,
 *   `sign` throws it
 */
export function combine(first: VerifyingTokenFormat, second: VerifyingTokenFormat): VerifyingTokenFormat;
export function combine(first: TokenFormat, second: TokenFormat): TokenFormat;
export function combine(first: TokenFormat, second: TokenFormat): TokenFormat {
  checkIsFormat('first', first);
  checkIsFormat('second', second);
  checkFormatCarriers(first, second);
  const namesIn = (place: 'parameters' | 'headers' | 'cookies'): readonly string[] =>
    [first, second].flatMap((format) => format[place] ?? []);
  const parameters = namesIn('parameters');
  const inPath = [first, second].find((format) => format.bare !== undefined);
  const maxTtl = Math.min(first.maxTtl ?? Infinity, second.maxTtl ?? Infinity);

  /** Removes an earlier token from the query: neither format signs a part of it, and the new one replaces it. */
  const withoutParameters = (url: URL): URL => {
    const plain = new URL(url);
    plain.search = tokenQuery(url.search, parameters)?.rest ?? url.search;
    return plain;
  };
  const signBoth = (signFirst: Sign, signSecond: Sign): Sign => {
    return async (url, expires, session) => {
      const plain = withoutParameters(url);
      const inner = await signFirst(plain, expires, session);
      const outer = await signSecond(new URL(setQuery(plain.href, inner.query ?? {})), expires, session);
      checkTokenCarriers(inner, outer);
      return joinedToken(plain, inner, outer);
    };
  };

  return {
    name: `${first.name}+${second.name}`,
    scope: first.scope === 'prefix' && second.scope === 'prefix' ? 'prefix' : 'url',
    ...(maxTtl < Infinity && { maxTtl }),
    ...{ parameters, headers: namesIn('headers'), cookies: namesIn('cookies') },
    ...((first.carriesSession === true || second.carriesSession === true) && { carriesSession: true }),
    ...(inPath && { bare: (url) => inPath.bare!(url) }),
    ...(first.opens && second.opens && { opens: (url) => openedByBoth(first, second, withoutParameters(url)) }),
    sign: signBoth(
      (url, expires, session) => first.sign(url, expires, session),
      (url, expires, session) => second.sign(url, expires, session),
    ),
    ...(first.signExactly &&
      second.signExactly && {
        signExactly: signBoth(
          (url, expires, session) => first.signExactly!(url, expires, session),
          (url, expires, session) => second.signExactly!(url, expires, session),
        ),
      }),
    ...(first.verify && second.verify && { verify: verifyBoth(first, second) }),
  };
}

function checkIsFormat(name: string, format: unknown): void {
  const { sign, name: own } = (format ?? {}) as Partial<TokenFormat>;
  if (typeof sign !== 'function' || typeof own !== 'string')
    throw optionsError(name, 'This is not a format. Give a format such as edgeAuth({ key }).');
}

function verifyBoth(first: TokenFormat, second: TokenFormat): Verify {
  return async (request, now): Promise<Verdict> => {
    const judged = (url: string): JudgedRequest => {
      const { headers, method, isUse } = request;
      return { url, headers, ...(method !== undefined && { method }), ...(isUse !== undefined && { isUse }) };
    };
    const outer = await second.verify!(judged(withoutPathOf(first, request.url)), now);
    if (!outer.ok) return outer;
    // The URL as it was sent, not as the second format writes its path: the first format may have signed another
    // spelling.
    const left = withoutPathOf(second, request.url, (outer as Partial<GrantedVerdict>).url ?? request.url);
    const inner = await first.verify!(judged(left), now);
    if (!inner.ok) return inner;
    // Two different sessions: the two tokens belong to two viewers.
    if (inner.session !== undefined && outer.session !== undefined && inner.session !== outer.session)
      return refused.signature;
    const carriers = [inner.carriers, outer.carriers];
    const session = inner.session ?? outer.session;
    return {
      ok: true,
      url: (inner as Partial<GrantedVerdict>).url ?? left,
      expires: Math.min(inner.expires, outer.expires),
      ...(session !== undefined && { session }),
      conditional: inner.conditional === true || outer.conditional === true,
      carriers: {
        cookies: carriers.flatMap((each) => each?.cookies ?? []),
        headers: carriers.flatMap((each) => each?.headers ?? []),
      },
    };
  };
}

/** Returns the URL `sent` without the token that `format` has in its path, and with the query of `queryOf`. */
function withoutPathOf(format: TokenFormat, sent: string, queryOf = sent): string {
  const url = new URL(sent);
  const { origin, pathname } = format.bare?.(url) ?? url;
  return origin + pathname + new URL(queryOf).search;
}

/**
 * Returns at least the scope that both formats accept: the second scope if it is within the first, otherwise the first.
 */
function openedByBoth(first: TokenFormat, second: TokenFormat, url: URL): Scope {
  const inner = first.opens!(url);
  const outer = second.opens!(url);
  const judged = judgeScope(outer);
  return judged && judgeScope(inner)?.holds(judged) ? outer : inner;
}
