import type { MediaPlayerClass } from 'dashjs';

/**
 * The source that `player` was given; `undefined` without one, where dash.js throws, and for a manifest that the app
 * has parsed.
 */
export function sourceUrl(player: MediaPlayerClass): string | undefined {
  try {
    const source: unknown = player.getSource();
    return typeof source === 'string' ? source : undefined;
  } catch {
    return undefined;
  }
}
