/**
 * A token as the player side knows it: what to attach to which URLs, until when. That side knows no more: the signing
 * endpoint decides the format, so one plugin serves every CDN.
 *
 * A source takes a token only for what `protect` covers; without `protect`, for the origins of the sources that players
 * were given, and of URLs that were asked for. Others are dropped with a `tokenerror`.
 *
 * A token with neither `url` nor `prefix` opens each URL it was asked for.
 */
export interface Token {
  /** Opens exactly this URL: absolute, without the token. */
  url?: string;
  /** Opens every URL that starts with this, on a `/` border: absolute, ends with `/`. */
  prefix?: string;
  /**
   * With `url`: the query is not part of what was signed (Azion, nginx `secure_link`), so `url` opens with any query.
   */
  anyQuery?: boolean;
  /** When the edge stops accepting it, in unix seconds on the signing endpoint's clock. */
  expires: number;
  /** Carrier: parameters set on the URL. */
  query?: Record<string, string>;
  /** Carrier: request headers. */
  headers?: Record<string, string>;
  /**
   * Carrier: replaces `prefix` at the front of the URL (tokens that travel in the path): absolute, ends with `/`. It
   * may lie on another origin than `prefix` if that is one that `protect` covers; without `protect`, one of a source or
   * of a URL that was asked for.
   */
  base?: string;
  /** Carrier: a cookie that the endpoint has set; the request is sent with credentials. */
  credentials?: boolean;
}

/** Whether a token shows in the requests that it opens: in their URL or a header. A cookie does not. */
export const isVisible = ({ query = {}, headers = {}, base }: Token): boolean =>
  !!base || Object.keys({ ...query, ...headers }).length > 0;

/** A shorter part of a token, such as a version, stands in many a text that quotes no token. In characters. */
export const LEAST_SECRET = 16;
