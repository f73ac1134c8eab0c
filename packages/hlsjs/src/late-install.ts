import type Hls from 'hls.js';
import type { TokenSource } from 'secure-token-core';
import { writeMistake } from 'secure-token-core/adapter';

const MESSAGE =
  'secure-token-hlsjs: secureToken(hls) was called after hls.loadSource(), so the first request went out without a ' +
  'token. The source is loaded again. To save that request, call secureToken(hls) first.';

/**
 * Loads the source of `hls` again if its manifest was requested without a token: the edge will refuse that request, or
 * has refused it. If there are levels, the manifest has arrived, and needed no token.
 */
export function reloadUnsigned(hls: Hls, source: TokenSource): void {
  const { url } = hls;
  // `levels` does not exist yet while the Hls is being created
  if (!url || hls.levels.length > 0 || !source.protects(url)) return;
  if (__DEVELOPMENT__) writeMistake(source, MESSAGE);
  // whether the app has called startLoad(), with `autoStartLoad: false`: loadSource() forgets that
  const isStarted = hls.forceStartLoad;
  // stops the request under way
  hls.loadSource(url);
  if (isStarted) hls.startLoad();
}
