/**
 * A token as the browser packages know it: what to attach to requests for which URLs, until when. The signing endpoint
 * decides the format, so one plugin serves every CDN.
 *
 * A token source accepts tokens only for URLs that `protect` covers; without `protect`, for the origins of the media
 * sources that players were given, and of URLs that were requested. It drops other tokens with a `tokenerror`.
 *
 * A token with neither `url` nor `prefix` opens each URL of the call that brought it.
 */
export interface Token {
  /** The only URL that the token opens: absolute, without the token. */
  url?: string;
  /** The folder whose URLs the token opens: absolute, ends with `/`. */
  prefix?: string;
  /** With `url`: whether the token opens `url` with any query, which is not part of what was signed (Azion, nginx). */
  anyQuery?: boolean;
  /** When the edge stops accepting the token, in unix seconds on the signing endpoint's clock. */
  expires: number;
  /** Carrier: parameters set on the URL. */
  query?: Record<string, string>;
  /** Carrier: request headers. */
  headers?: Record<string, string>;
  /**
   * Carrier: the folder that replaces `prefix` at the front of the URL, for tokens that travel in the path: absolute,
   * ends with `/`. It may lie on another origin than `prefix` if `protect` covers that origin; without `protect`, if a
   * media source of a player or a requested URL has that origin.
   */
  base?: string;
  /** Carrier: a cookie that the endpoint has set. Players send the request with credentials. */
  credentials?: boolean;
}

/** An answer of `getTokens` or of a signing endpoint, with all of its members. */
export interface TokensAnswer {
  readonly tokens: readonly Token[];
  /**
   * The time, in unix seconds, on the server that made the tokens. Without it the source uses the `Date` header of the
   * endpoint's response, if it can read that header; otherwise the viewer's clock has to be right.
   */
  readonly now?: number;
  /** The URLs that this viewer may not have. A denial is final until `renew()`. */
  readonly denied?: readonly string[];
}
