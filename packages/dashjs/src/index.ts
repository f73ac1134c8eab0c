export { secureToken } from './secure-token.ts';
export { SecureTokenError, createTokenSource, isSecureTokenError } from 'secure-token-core';
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
