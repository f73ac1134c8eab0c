import { isOutage } from './outage.ts';
import type { SecureTokenError } from './secure-token-error.ts';

/**
 * What a fetch is answered with that gets no token: a status that its player tries again, or one that is final. It has
 * no body, so that nobody takes it for media.
 */
export const responseWithoutToken = (error: SecureTokenError): Response =>
  new Response(null, { status: isOutage(error) ? 503 : 403, statusText: error.code });
