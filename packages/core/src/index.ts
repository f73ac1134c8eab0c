export { createTokenSource } from './create-token-source.ts';
export { SecureTokenError, isSecureTokenError } from './secure-token-error.ts';
export type { Playlist } from './playlist.ts';
export type { SecureTokenErrorCode, SecureTokenErrorDetails } from './secure-token-error.ts';
export type { TokenEvent, TokenEventDetails, TokenEventType } from './token-events.ts';
export type { Protect, TokenReason, TokenRequest, TokenSourceOptions, TokensAnswer } from './token-source-options.ts';
export type { SignOptions, SignedRequest, TokenSource } from './token-source.ts';
export type { Token } from './token.ts';
