export { secureFetch } from './secure-fetch.ts';
export { installSecureFetch } from './install-secure-fetch.ts';
export { SecureTokenError, createTokenSource, isSecureTokenError } from 'secure-token-core';
export type { SecureFetch } from './secure-fetch.ts';
export type { SecureFetchInstallation } from './install-secure-fetch.ts';
export type {
  Protect,
  SecureTokenErrorCode,
  Token,
  TokenEvent,
  TokenReason,
  TokenRequest,
  TokenSource,
  TokenSourceOptions,
} from 'secure-token-core';
