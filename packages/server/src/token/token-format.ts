import type { Token } from 'secure-token-core';
import type { Scope } from '../url/scope.ts';
import type { Verdict } from './verdict.ts';

/** A token, and the cookies that carry it, which the signing endpoint sends as `Set-Cookie`. */
export interface SignedToken extends Token {
  setCookie?: readonly string[];
}

/**
 * One way of signing, as one CDN or store expects it. A format makes tokens, and verifies them if a party other than
 * the CDN can.
 */
export interface TokenFormat {
  readonly name: string;
  /** Whether a token opens one exact URL or every URL below a prefix. */
  readonly scope: 'url' | 'prefix';
  /** The longest lifetime in seconds that the verifier accepts. Longer tokens are never issued. */
  readonly maxTtl?: number;
  /**
   * Makes the token for a URL.
   *
   * @param expires unix seconds
   * @param session id of the viewer's session, for formats with `carriesSession`
   * @throws `ERR_OPTIONS` for a URL or an expiry that the verifier would refuse
   */
  sign(url: URL, expires: number, session?: string): Promise<SignedToken> | SignedToken;
  /**
   * Makes the token that opens `url` alone, for formats whose `verify` accepts both tokens of folders and tokens of one
   * path. The edge uses it for URLs that a playlist lists and the token of the playlist does not open. Without this
   * method, those URLs get no token.
   */
  signExactly?(url: URL, expires: number, session?: string): Promise<SignedToken> | SignedToken;
  /**
   * Returns the scope of the token that `sign` makes for `url`, never smaller than what `verify` accepts the token
   * for. The signing endpoint grants the token only if the scope lies within its `allow`, and shows the scope to
   * its hook. If a format has no `opens`, the endpoint makes the token before it calls the hook, and judges the scope
   * that the token names.
   *
   * @throws `ERR_OPTIONS` for a URL that `sign` refuses
   */
  opens?(url: URL): Scope;
  /**
   * For formats with tokens in the path: returns the URL without the part of its path that stands where a token does,
   * genuine or not. The edge needs it to find the rule for a request.
   */
  bare?(url: URL): URL;
  /**
   * Names of the cookies in which the tokens travel. Browsers send them with every request for the host, so the edge
   * removes them also from requests that no rule protects.
   */
  readonly cookies?: readonly string[];
  /**
   * Names of the query parameters in which the tokens travel. The edge removes them also from requests that no rule
   * protects, and finds by them the token of a playlist that its children may have.
   */
  readonly parameters?: readonly string[];
  /** Names of the headers in which the tokens travel. The edge removes them like `parameters`. */
  readonly headers?: readonly string[];
  /**
   * Whether the tokens carry the id of a session, which `verify` returns. An edge with `sessions` refuses the tokens of
   * a session that was ended.
   */
  readonly carriesSession?: boolean;
  /**
   * Judges a request. Formats that only sign do not have it, because only the store itself can judge their tokens:
   * `verifyUrl` and `createEdgeHandler` refuse those formats with `ERR_OPTIONS`.
   *
   * @param now unix seconds
   */
  verify?(request: JudgedRequest, now: number): Promise<Verdict> | Verdict;
  /**
   * For formats whose tokens say how they are renewed: returns the token that replaces the one with which `request` was
   * let through. The new token opens the same URLs and ends later, but never later than its signer has granted. Returns
   * `undefined` if that time is over, or if the token asks for no renewal.
   *
   * @param now unix seconds
   * @param within the number of seconds before its end within which a token is renewed
   */
  renew?(request: JudgedRequest, now: number, within: number): Promise<RenewedToken | undefined>;
}

/** A format that also verifies tokens. */
export interface VerifyingTokenFormat extends TokenFormat {
  /** @param now unix seconds */
  verify(request: JudgedRequest, now: number): Promise<Verdict> | Verdict;
}

/** The parts of a request that `verify` reads. A `Request` has them. */
export interface JudgedRequest {
  readonly url: string;
  readonly headers: Headers;
  /** @default 'GET' */
  readonly method?: string;
  /**
   * Whether the request uses its token. `false` if an edge only asks what else the token of a request opens: such a
   * question is not counted.
   *
   * @default true
   */
  readonly isUse?: boolean;
}

/** A renewed token as the edge sends it with a response. */
export interface RenewedToken {
  /** Unix seconds. */
  readonly expires: number;
  /** Name and value. */
  readonly header?: readonly [name: string, value: string];
  /** Values of `Set-Cookie`. */
  readonly setCookie?: readonly string[];
}

/**
 * A format, or a function that returns the current one and is called at every request: it can rotate keys without a
 * restart, or bind tokens to the client's address.
 */
export type FormatSource = TokenFormat | ((request: Request) => TokenFormat | Promise<TokenFormat>);
