import type { MediaPlayerClass } from 'dashjs';

/**
 * What `player` was given to play; `undefined` without a source, where dash.js throws, and if it is a manifest that the
 * app has parsed.
 */
export function sourceUrl(player: MediaPlayerClass): string | undefined {
  try {
    const source: unknown = player.getSource();
    return typeof source === 'string' ? source : undefined;
  } catch {
    return undefined;
  }
}
