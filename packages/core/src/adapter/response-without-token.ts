import { isOutage } from './keep-asking.ts';
import { SecureTokenError, isSecureTokenErrorCode } from '../contract/secure-token-error.ts';

/**
 * The answer to a fetch that gets no token: a status that its player tries again, or one that is final. The answer has
 * no body, so that no player takes it for media.
 */
export const responseWithoutToken = (error: SecureTokenError): Response =>
  new Response(null, { status: isOutage(error) ? 503 : 403, statusText: error.code });

/** The error that `responseWithoutToken` has written into `response`; `undefined` if somebody else has answered. */
export const errorOfResponse = ({ statusText }: Response): SecureTokenError | undefined =>
  isSecureTokenErrorCode(statusText)
    ? new SecureTokenError(statusText, 'The token worker has no token. Its tokendenied and tokenerror events say why.')
    : undefined;
