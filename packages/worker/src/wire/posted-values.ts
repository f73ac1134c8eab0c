import type { SignedRequest } from 'secure-token-core';
import { SecureTokenError } from 'secure-token-core';
import { isSecureTokenErrorCode, untouchedRequest } from 'secure-token-core/adapter';
import { isNumber, isString, membersOf } from './posted-members.ts';

/** An error as it is posted. An error object would lose its code on the way, and its cause may be a `Response`. */
export type PostedError = Pick<SecureTokenError, 'code' | 'message' | 'url' | 'status' | 'retryAfter' | 'type'>;

/**
 * A signed request as it is posted. Of the token it contains only the expiry. The unsigned URL has its name of 1.0,
 * `source`.
 */
export interface PostedRequest extends Pick<SignedRequest, 'url' | 'headers' | 'credentials'> {
  readonly source: string;
  readonly token?: { readonly expires: number };
}

export function postableError(error: SecureTokenError): PostedError {
  const { code, message, url, type, status, retryAfter } = error;
  const texts = { ...(url !== undefined && { url }), ...(type !== undefined && { type }) };
  return { code, message, ...texts, ...optionalNumbers({ status, retryAfter }) };
}

export function parseError(data: unknown): SecureTokenError | undefined {
  const { code, message, url, type, ...rest } = membersOf(data);
  if (!isString(code) || !isString(message)) return undefined;
  // the constructor puts the code in front of the message again
  const text = message.startsWith(`${code}: `) ? message.slice(code.length + 2) : message;
  const details = { ...(isString(url) && { url }), ...(isString(type) && { type }), ...optionalNumbers(rest) };
  // an unknown code comes from a later version: the failure counts as final
  return isSecureTokenErrorCode(code)
    ? new SecureTokenError(code, text, details)
    : new SecureTokenError('ERR_SIGNING_RESPONSE', message, details);
}

function optionalNumbers({ status, retryAfter }: { status?: unknown; retryAfter?: unknown }): {
  status?: number;
  retryAfter?: number;
} {
  return { ...(isNumber(status) && { status }), ...(isNumber(retryAfter) && { retryAfter }) };
}

export function postableRequest({ url, headers, credentials, unsignedUrl, token }: SignedRequest): PostedRequest {
  return { url, headers, credentials, source: unsignedUrl, ...(token && { token: { expires: token.expires } }) };
}

export function parseRequest(data: unknown): SignedRequest | undefined {
  const { url, headers, credentials, source, token } = membersOf(data);
  const { expires } = membersOf(token);
  const isToken = token === undefined || isNumber(expires);
  if (!isString(url) || !isString(source) || !isHeaders(headers) || !isToken) return undefined;
  return {
    ...untouchedRequest(source),
    url,
    headers,
    credentials: credentials === true,
    ...(isNumber(expires) && { token: { expires } }),
  };
}

function isHeaders(headers: unknown): headers is Readonly<Record<string, string>> {
  return typeof headers === 'object' && headers !== null && Object.values(headers).every(isString);
}
