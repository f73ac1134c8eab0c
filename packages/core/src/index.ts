export { createTokenSource } from './create-token-source.ts';
export { SecureTokenError, isSecureTokenError } from './contract/secure-token-error.ts';
export type { Playlist } from './contract/playlist.ts';
export type { SecureTokenErrorCode, SecureTokenErrorDetails } from './contract/secure-token-error.ts';
export type { TokenEvent, TokenEventDetails, TokenEventType } from './contract/token-source.ts';
export type {
  EdgeRefusals,
  Protect,
  TokenReason,
  TokenRequest,
  TokenSourceOptions,
  TokensAnswer,
} from './contract/token-source-options.ts';
export type { Adoption, SignOptions, SignedRequest, TokenSource } from './contract/token-source.ts';
export type { Token } from './contract/token.ts';
