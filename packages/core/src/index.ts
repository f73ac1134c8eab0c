export { createTokenSource } from './create-token-source.ts';
export { SecureTokenError, isSecureTokenError } from './secure-token-error.ts';
export { replayOf } from './replay-of.ts';
export { workerSigns } from './worker-signs.ts';
export type { SignOptions, SignedRequest, TokenSource } from './token-source.ts';
export type { Protect, TokenReason, TokenRequest, TokenSourceOptions } from './token-source-options.ts';
export type { TokenEvent, TokenEventDetails, TokenEventType } from './token-events.ts';
export type { SecureTokenErrorCode, SecureTokenErrorDetails } from './secure-token-error.ts';
export type { Token } from './token.ts';
