export { secureVideo } from './secure-video.ts';
export { SecureTokenError, createTokenSource, isSecureTokenError } from 'secure-token-core';
export type { SecureVideo, SecureVideoOptions } from './secure-video.ts';
export type { SourceOptions } from './source-of.ts';
export type { SwapReason } from 'secure-token-media-element';
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
