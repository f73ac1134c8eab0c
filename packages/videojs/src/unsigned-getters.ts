import type { TokenSource } from 'secure-token-core';
import type Player from 'video.js/dist/types/player.js';
import type { PlayerSource } from './source-middleware.ts';

/**
 * Lets `player` report its sources as the app gave them: Video.js keeps what the middleware has made of them, and feeds
 * it back in (`load()`, reload plugins). Call the result to stop.
 */
export function unsignGetters(player: Player, source: TokenSource): () => void {
  const src = player.src.bind(player) as (...args: unknown[]) => unknown;
  const currentSource = player.currentSource.bind(player) as unknown as () => PlayerSource;
  const currentSources = player.currentSources.bind(player) as unknown as () => PlayerSource[];
  /** One for each object, because VHS writes into what it is given: its options for DRM. */
  const unsignedSources = new WeakMap<object, object>();
  const unsign = <T extends Partial<PlayerSource>>(given: T): T => {
    const unsigned = given.src && source.unsign(given.src);
    if (unsigned === given.src) return given;
    const known = (unsignedSources.get(given) as T | undefined) ?? { ...given, src: unsigned };
    unsignedSources.set(given, known);
    return known;
  };
  const own = {
    src: (...args: unknown[]): unknown => {
      const answer = src(...args);
      return typeof answer === 'string' ? source.unsign(answer) : answer;
    },
    currentSource: () => unsign(currentSource()),
    currentSources: () => currentSources().map(unsign),
  };
  const onSourceSet = (event: PlayerSource): void => {
    event.src = source.unsign(event.src);
  };
  Object.assign(player, own);
  player.on('sourceset', onSourceSet);
  return () => {
    player.off('sourceset', onSourceSet);
    for (const name of Object.keys(own)) Reflect.deleteProperty(player, name);
  };
}
