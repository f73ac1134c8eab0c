export { createTokenSource } from './create-token-source.ts';
export { SecureTokenError, isSecureTokenError } from './contract/errors.ts';
export type { Adopt, EdgeAnswer } from './contract/token-source.ts';
export type { SecureTokenErrorCode, SecureTokenErrorDetails } from './contract/errors.ts';
export type { Protect, TokenReason, TokenRequest, TokenSourceOptions } from './contract/options.ts';
export type { Playlist } from './contract/playlist.ts';
export type {
  SignOptions,
  SignedRequest,
  TokenEvent,
  TokenEventDetails,
  TokenEventType,
  TokenSource,
} from './contract/token-source.ts';
export type { Token, TokensAnswer } from './contract/token.ts';
