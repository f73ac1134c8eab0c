import type { MediaPlayerClass } from 'dashjs';

/**
 * Returns the URL of the source of `player`; `undefined` without a source (dash.js throws then), and for a manifest
 * that the app has parsed.
 */
export function sourceUrl(player: MediaPlayerClass): string | undefined {
  try {
    const source: unknown = player.getSource();
    return typeof source === 'string' ? source : undefined;
  } catch {
    return undefined;
  }
}
