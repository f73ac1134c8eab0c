import type { MediaPlayerClass } from 'dashjs';
import type { AdapterSource } from 'secure-token-core/adapter';
import { writeMistake } from 'secure-token-core/adapter';
import type { RequestDetails } from './loader.ts';
import { MANIFEST } from './loader.ts';
import { sourceUrl } from './source-url.ts';

const MESSAGE =
  'secure-token-dashjs: secureToken(player) was called after the player was given its source, so the first request ' +
  'went out without a token. The source is loaded again. To save that request, call secureToken(player) first.';

/** Returns the time at which playback continues; `undefined` for a live stream, which starts anew at its edge. */
const timeOf = (player: MediaPlayerClass): number | undefined => {
  const { currentTime, duration } = player.getVideoElement();
  return Number.isFinite(duration) ? currentTime : undefined;
};

/**
 * Loads the source of `player` again if it has one: until now its loaders are those of dash.js, which do not sign.
 * @param isSigned tells whether a request came to a loader that signs
 */
export function reloadUnsigned(
  player: MediaPlayerClass,
  source: AdapterSource,
  isSigned: (request: RequestDetails) => boolean,
): void {
  const url = sourceUrl(player);
  if (url === undefined || !player.isReady()) return;
  source.allow(url);
  if (!source.protects(url)) return;
  if (__DEVELOPMENT__) writeMistake(source, MESSAGE);
  // dash.js cannot stop a request that it has not sent yet, and would report its refusal
  player.addResponseInterceptor((response) => {
    const { request } = response.request.customData as unknown as { request: RequestDetails };
    const isOutdated = request.type === MANIFEST && response.request.url === url && !isSigned(request);
    return isOutdated ? new Promise(() => undefined) : Promise.resolve(response);
  });
  player.attachSource(url, timeOf(player));
}
