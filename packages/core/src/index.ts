export { SecureTokenError, isSecureTokenError } from './secure-token-error.ts';
export type { SecureTokenErrorCode, SecureTokenErrorDetails } from './secure-token-error.ts';
export type { Token } from './token.ts';
