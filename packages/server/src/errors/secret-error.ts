/**
 * The secret was asked for and is not there. No `ERR_OPTIONS`, which says that a URL cannot be signed: a viewer must
 * not be denied because of a secret store that is down. The endpoint and the edge answer 503.
 */
export class SecretError extends Error {
  override readonly name = 'SecureTokenError';
  readonly code = 'ERR_SECRET';
}
