import type { SignedRequest } from 'secure-token-core';
import { SecureTokenError } from 'secure-token-core';

/** @throws `ERR_SIGNING_RESPONSE` if a media element cannot send the token of `request` */
export function assertFitsElement({ headers, source: url }: SignedRequest): void {
  if (!Object.keys(headers).length) return;
  throw new SecureTokenError(
    'ERR_SIGNING_RESPONSE',
    'A media element sends no token in headers: that needs the token worker',
    { url },
  );
}

interface CorsOptions {
  /** What the page has set. */
  readonly crossOrigin: string | null;
  readonly isByWorker: boolean;
  readonly isSameOrigin: boolean;
  /** The token is a cookie. */
  readonly credentials: boolean;
}

/** The `crossOrigin` with which an element is to load: as the page has set it, unless the token would not arrive. */
export function corsModeFor({ crossOrigin, isByWorker, isSameOrigin, credentials }: CorsOptions): string | null {
  // Firefox shows a worker the media requests to other origins only in CORS mode, which the worker needs anyway
  if (crossOrigin === null) return isByWorker && !isSameOrigin ? 'anonymous' : null;
  return credentials ? 'use-credentials' : crossOrigin;
}
