import type { TokenSource } from 'secure-token-core';
import { replaceMethod } from 'secure-token-media-element';
import type Player from 'video.js/dist/types/player.js';
import type { PlayerSource } from './native-source.ts';

/** The methods of a player that tell its sources. */
interface Getters {
  src: (...args: unknown[]) => unknown;
  currentSource: () => Partial<PlayerSource>;
  currentSources: () => Partial<PlayerSource>[];
}

/**
 * Makes `player` report its sources as the app gave them. Video.js keeps the signed sources of the middleware, and
 * passes them to `src()` again (`load()`, reload plugins). Call the result to stop.
 */
export function unsignGetters(player: Player, source: TokenSource): () => void {
  const getters = player as unknown as Getters;
  const { src, currentSource, currentSources } = getters;
  /** Returns `given` itself if it is unsigned: VHS writes its options for DRM into its source. */
  const unsign = (given: Partial<PlayerSource>): Partial<PlayerSource> => {
    const unsigned = given.src && source.unsign(given.src);
    return unsigned === given.src ? given : { ...given, src: unsigned! };
  };
  const onSourceSet = (event: PlayerSource): void => {
    event.src = source.unsign(event.src);
  };
  const restores = [
    replaceMethod(getters, 'src', (...args) => {
      const answer = src.apply(player, args);
      return typeof answer === 'string' ? source.unsign(answer) : answer;
    }),
    replaceMethod(getters, 'currentSource', () => unsign(currentSource.call(player))),
    replaceMethod(getters, 'currentSources', () => currentSources.call(player).map(unsign)),
  ];
  player.on('sourceset', onSourceSet);
  return () => {
    player.off('sourceset', onSourceSet);
    restores.forEach((restore) => restore());
  };
}
