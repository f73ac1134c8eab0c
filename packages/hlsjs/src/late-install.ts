import type Hls from 'hls.js';
import type { TokenSource } from 'secure-token-core';
import { writeMistake } from 'secure-token-core/adapter';

const MESSAGE =
  'secure-token-hlsjs: secureToken(hls) was called after hls.loadSource(), so the first request went out without a ' +
  'token. The source is loaded again. To save that request, call secureToken(hls) first.';

/**
 * Loads the source of `hls` again if its manifest was asked for without a token: that request is under way, and will
 * be refused, or has been. With levels the manifest is there: it needed no token.
 */
export function reloadUnsigned(hls: Hls, source: TokenSource): void {
  const { url } = hls;
  // `levels` is not there yet while hls.js is being made
  if (!url || hls.levels.length > 0 || !source.protects(url)) return;
  if (__DEVELOPMENT__) writeMistake(source, MESSAGE);
  // with `autoStartLoad: false`, whether the app has called startLoad() already: loadSource() forgets that
  const isStarted = hls.forceStartLoad;
  // stops what is under way
  hls.loadSource(url);
  if (isStarted) hls.startLoad();
}
