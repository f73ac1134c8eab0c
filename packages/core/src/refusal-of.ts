import type { SecureTokenError } from './secure-token-error.ts';
import { tokenRefused } from './secure-token-error.ts';
import type { SignedRequest, TokenSource } from './token-source.ts';

/**
 * What a request ends with that the edge has answered with `status`, unless it is replayed; `undefined` if it was not
 * its token that was refused. Ask before the replay: without a status it depends on the time.
 */
export const refusalOf = (source: TokenSource, request: SignedRequest, status: number): SecureTokenError | undefined =>
  source.isRefusal(request, status) ? tokenRefused(request.unsignedUrl, status) : undefined;
