import './player.ts';
import { registerSecureToken } from './secure-token-plugin.ts';

const { videojs } = globalThis as { videojs?: { registerPlugin?: unknown } };
if (videojs?.registerPlugin) registerSecureToken(videojs);

export { registerSecureToken };
export type { SecureTokenOptions, SecureTokenPlugin } from './secure-token-plugin.ts';
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
