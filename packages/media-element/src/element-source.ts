import type { SignedRequest } from 'secure-token-core';
import { SecureTokenError } from 'secure-token-core';
import type { Swap } from './swap-source.ts';

/** Whether a media element can send the token of `request`. */
export const fitsElement = ({ headers }: SignedRequest): boolean => Object.keys(headers).length === 0;

/** @throws `ERR_SIGNING_RESPONSE` if a media element cannot send the token of `request` */
export function assertFitsElement(request: SignedRequest): void {
  if (fitsElement(request)) return;
  throw new SecureTokenError(
    'ERR_SIGNING_RESPONSE',
    "The token is in 'headers', which a media element cannot send. Register the token worker, or answer with 'query'.",
    { url: request.unsignedUrl },
  );
}

export type Attributes = Pick<Swap, 'src' | 'crossOrigin'>;

/**
 * Returns the attributes with which an element loads `request`, or its unsigned URL if a worker signs it. `crossOrigin`
 * stays as it is, unless the token would then not reach the edge.
 */
export function elementSource(request: SignedRequest, isByWorker: boolean, crossOrigin: string | null): Attributes {
  const src = new URL(isByWorker ? request.unsignedUrl : request.url, document.baseURI).href;
  const isSameOrigin = src.startsWith(`${location.origin}/`);
  // Firefox shows a worker media requests to other origins only in CORS mode, and the worker needs CORS mode anyway
  if (crossOrigin === null) return { src, crossOrigin: isByWorker && !isSameOrigin ? 'anonymous' : null };
  // without CORS mode, browsers always send cookies
  return { src, crossOrigin: request.credentials ? 'use-credentials' : crossOrigin };
}
