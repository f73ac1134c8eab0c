import type { SignedRequest } from '../contract/token-source.ts';

/**
 * The error that sending `request` has thrown, as an app may see it: one whose text quotes the signed URL or a header of
 * the token is replaced.
 */
export function errorWithoutToken(error: unknown, { token, url, headers }: SignedRequest): unknown {
  const text = String(error);
  const quotesToken = token && [url, ...Object.values(headers)].some((secret) => text.includes(secret));
  return quotesToken ? new TypeError('Not sent. The text of the error quotes the token, and is hidden.') : error;
}
