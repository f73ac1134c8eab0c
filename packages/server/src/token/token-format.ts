import type { Token } from 'secure-token-core';
import type { Scope } from '../url/scope.ts';
import type { Verdict } from './verdict.ts';

/** A token, and the cookies that carry it: the signing endpoint sends those as `Set-Cookie`. */
export interface SignedToken extends Token {
  setCookie?: readonly string[];
}

/**
 * One way of signing, as one CDN or store expects it: makes tokens, and judges them where somebody else than the CDN
 * can.
 */
export interface TokenFormat {
  readonly name: string;
  /** Whether a token opens one exact URL or every URL below a prefix. */
  readonly scope: 'url' | 'prefix';
  /** The longest lifetime in seconds that whoever verifies accepts; longer tokens are never issued. */
  readonly maxTtl?: number;
  /**
   * @param expires unix seconds
   * @param session id of the viewer's session, for formats with `carriesSession`
   * @throws `ERR_OPTIONS` for a URL or an expiry that whoever verifies would refuse
   */
  sign(url: URL, expires: number, session?: string): Promise<SignedToken> | SignedToken;
  /**
   * For formats whose `verify` accepts both tokens of folders and tokens of one path: the token that opens `url` alone.
   * The edge signs with it what a playlist lists and the token of the playlist does not open; without it, that has no
   * token.
   */
  signExactly?(url: URL, expires: number, session?: string): Promise<SignedToken> | SignedToken;
  /**
   * Returns the scope of the token that `sign` makes for `url`, and never less than `verify` accepts the token for. The
   * signing endpoint grants the token only if the scope lies within its `allow`, and shows the scope to its hook. If a
   * format has no `opens`, the endpoint makes the token before it calls the hook, and judges what the token says.
   *
   * @throws `ERR_OPTIONS` for a URL that `sign` refuses
   */
  opens?(url: URL): Scope;
  /**
   * For tokens in the path: the URL with whatever stands there as a token taken off, genuine or not, so that the edge
   * can tell which rule concerns the request.
   */
  bare?(url: URL): URL;
  /**
   * Names of the cookies in which its tokens travel. Browsers send them with every request for the host, so the edge
   * takes them off those that no rule protects, too.
   */
  readonly cookies?: readonly string[];
  /**
   * Names of the parameters of the query in which its tokens travel: `combine` refuses two formats that share one, and
   * lets neither sign what is left of an earlier token of the other. The edge takes them off requests that no rule
   * protects, too.
   */
  readonly parameters?: readonly string[];
  /** Names of the headers in which its tokens travel: as with `parameters`, for `combine` and for the edge. */
  readonly headers?: readonly string[];
  /**
   * Whether its tokens carry the id of a session, which `verify` tells: an edge with `sessions` refuses them once that
   * session was ended.
   */
  readonly carriesSession?: boolean;
  /**
   * Judges a request. Left out by formats that only sign, whose tokens nobody but the store itself can judge:
   * `verifyUrl` and `createEdgeHandler` refuse those with `ERR_OPTIONS`.
   *
   * @param now unix seconds
   */
  verify?(request: JudgedRequest, now: number): Promise<Verdict> | Verdict;
  /**
   * For tokens that say how they are renewed: the token that takes the place of the one that `request` was let through
   * with. It opens the same, ends later, and never after what its signer has granted; `undefined` where that is over,
   * or the token asks for no renewal.
   *
   * @param now unix seconds
   * @param within how many seconds before its end a token is renewed
   */
  renew?(request: JudgedRequest, now: number, within: number): Promise<RenewedToken | undefined>;
}

/** A format that judges tokens, too. */
export interface VerifyingTokenFormat extends TokenFormat {
  /** @param now unix seconds */
  verify(request: JudgedRequest, now: number): Promise<Verdict> | Verdict;
}

/** A request as `verify` looks at it: a `Request`, or these parts of one. */
export interface JudgedRequest {
  readonly url: string;
  readonly headers: Headers;
  /** @default 'GET' */
  readonly method?: string;
  /**
   * Whether the request uses its token: `false` where an edge asks what else the token of a request opens, of which
   * nobody keeps count.
   *
   * @default true
   */
  readonly isUse?: boolean;
}

/** A token as the edge sends it along with an answer. */
export interface RenewedToken {
  /** Unix seconds. */
  readonly expires: number;
  /** Name and value. */
  readonly header?: readonly [name: string, value: string];
  /** Values of `Set-Cookie`. */
  readonly setCookie?: readonly string[];
}

/**
 * A format, or a function that returns the one in force, asked at every request: rotate keys without a restart, or bind
 * tokens to the client's address.
 */
export type FormatSource = TokenFormat | ((request: Request) => TokenFormat | Promise<TokenFormat>);
