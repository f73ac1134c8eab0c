import type { SignedRequest } from 'secure-token-core';
import { SecureTokenError } from 'secure-token-core';
import { needsUseCredentials } from 'secure-token-core/adapter';

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

interface Chosen {
  readonly request: SignedRequest;
  readonly isByWorker: boolean;
  /** The `crossOrigin` that the page has set. */
  readonly crossOrigin: string | null;
}

export interface ElementSource {
  readonly src: string;
  readonly crossOrigin: string | null;
}

/**
 * Returns the attributes with which an element loads `url`. `crossOrigin` stays as the page has set it, unless the
 * token would then not reach the edge.
 */
export function elementSource(url: string, { request, isByWorker, crossOrigin }: Chosen): ElementSource {
  const src = new URL(isByWorker ? url : request.url, document.baseURI).href;
  const isSameOrigin = src.startsWith(`${location.origin}/`);
  // Firefox shows a worker media requests to other origins only in CORS mode, and the worker needs CORS mode anyway
  if (crossOrigin === null) return { src, crossOrigin: isByWorker && !isSameOrigin ? 'anonymous' : null };
  return { src, crossOrigin: needsUseCredentials(request, crossOrigin) ? 'use-credentials' : crossOrigin };
}
