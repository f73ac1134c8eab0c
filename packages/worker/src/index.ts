export { registerTokenWorker } from './register-token-worker.ts';
export { handleFetch } from './handle-fetch.ts';
export { SecureTokenError, createTokenSource, isSecureTokenError } from 'secure-token-core';
export type { RequestSigner } from './request-signer.ts';
export type { TokenWorker } from './register-token-worker.ts';
export type { TokenWorkerOptions } from './token-worker-options.ts';
export type { TrustedScriptUrl } from './worker-script.ts';
export type {
  Protect,
  SecureTokenErrorCode,
  Token,
  TokenReason,
  TokenRequest,
  TokenSource,
  TokenSourceOptions,
} from 'secure-token-core';
