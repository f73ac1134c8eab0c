import type { SignedRequest } from '../contract/token-source.ts';
import { resolveUrl } from '../url-text.ts';

const NOT_SHOWN = 'Not sent. The text of the error quotes the token, and is hidden.';

/** A shorter value of a parameter, such as a version, stands in many a text that quotes no token. */
const LEAST_PARAMETER = 16;

/**
 * Whether a text quotes the URL of `request`, as it was signed or as a browser writes it, or a header or a parameter of
 * its token.
 */
function quotesToken(text: string, { token, url, headers }: SignedRequest): boolean {
  if (!token) return false;
  const parameters = Object.values(token.query ?? {}).filter(({ length }) => length >= LEAST_PARAMETER);
  return [url, resolveUrl(url), ...Object.values(headers), ...parameters].some((it) => it && text.includes(it));
}

/** The error that sending `request` has thrown, as an app may see it: one whose text quotes the token is replaced. */
export function errorWithoutToken(error: unknown, request: SignedRequest): unknown {
  return quotesToken(String(error), request) ? new TypeError(NOT_SHOWN) : error;
}

/** A text about the failure of `request`, as an app may see it: one that quotes the token is replaced. */
export function textWithoutToken(text: string, request: SignedRequest): string {
  return quotesToken(text, request) ? NOT_SHOWN : text;
}
