export { registerTokenWorker } from './page/register-token-worker.ts';
export { handleFetch } from './worker/handle-fetch.ts';
export { SecureTokenError, createTokenSource, isSecureTokenError } from 'secure-token-core';
export { dash, hls, hlsOrDash } from 'secure-token-core/playlists';
export type { TokenWorker } from './page/register-token-worker.ts';
export type { AskingWorkerOptions, SharedSourceOptions, TokenWorkerOptions } from './page/token-worker-options.ts';
export type { TrustedScriptUrl } from './page/worker-script.ts';
export type { RequestSigner } from './worker/request-signer.ts';
export type {
  Playlist,
  Protect,
  SecureTokenErrorCode,
  Token,
  TokenReason,
  TokenRequest,
  TokenSource,
  TokenSourceOptions,
} from 'secure-token-core';
