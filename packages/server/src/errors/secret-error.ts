/**
 * The error for a secret that is missing when it is needed. It is not `ERR_OPTIONS`, which says that a URL cannot be
 * signed: a viewer must not be denied because a secret store is down. The endpoint and the edge answer 503.
 */
export class SecretError extends Error {
  override readonly name = 'SecureTokenError';
  readonly code = 'ERR_SECRET';
}
