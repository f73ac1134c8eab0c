import type { TokenSource } from 'secure-token-core';
import { replaceMethod } from 'secure-token-media-element';
import type Player from 'video.js/dist/types/player.js';
import type { PlayerSource } from './source-middleware.ts';

/**
 * Makes `player` report its sources as the app gave them. Video.js keeps the signed sources of the middleware, and
 * passes them to `src()` again (`load()`, reload plugins). Call the result to stop.
 */
export function unsignGetters(player: Player, source: TokenSource): () => void {
  const src = player.src.bind(player) as (...args: unknown[]) => unknown;
  const currentSource = player.currentSource.bind(player) as unknown as () => PlayerSource;
  const currentSources = player.currentSources.bind(player) as unknown as () => PlayerSource[];
  /**
   * One unsigned copy for each source object, always the same: VHS writes its options for DRM into the object that it
   * gets.
   */
  const unsignedSources = new WeakMap<object, object>();
  let stopped = false;
  const unsignUrl = (url: string): string => (stopped ? url : source.unsign(url));
  const unsign = <T extends Partial<PlayerSource>>(given: T): T => {
    const unsigned = given.src && unsignUrl(given.src);
    if (unsigned === given.src) return given;
    const known = (unsignedSources.get(given) as T | undefined) ?? { ...given, src: unsigned };
    unsignedSources.set(given, known);
    return known;
  };
  const own = {
    src: (...args: unknown[]): unknown => {
      const answer = src(...args);
      return typeof answer === 'string' ? unsignUrl(answer) : answer;
    },
    currentSource: () => unsign(currentSource()),
    currentSources: () => currentSources().map(unsign),
  };
  const onSourceSet = (event: PlayerSource): void => {
    event.src = source.unsign(event.src);
  };
  const names = Object.keys(own) as (keyof typeof own)[];
  const restores = names.map((name) => replaceMethod(player as unknown as typeof own, name, own[name]));
  player.on('sourceset', onSourceSet);
  return () => {
    player.off('sourceset', onSourceSet);
    restores.forEach((restore) => restore());
    stopped = true;
  };
}
