import type { PlaylistReference, PlaylistReferences } from './playlist-references.ts';

/**
 * Lists the URIs of a media playlist that a player requests first: the first `count` segments, or while the stream is
 * live the last ones with their parts and preload hints; and the keys and init segments that apply to them.
 */
export function startReferences({ references, ended }: PlaylistReferences, count: number): PlaylistReference[] {
  const segments = references.flatMap(({ tag }, index) => (tag === 'EXTINF' ? [index] : []));
  const chosen = ended ? segments.slice(0, count) : segments.slice(-count);
  const first = chosen[0] ?? 0;
  const last = ended ? (chosen.at(-1) ?? -1) : references.length - 1;
  const inForce = ['EXT-X-MAP', 'EXT-X-KEY'].flatMap((tag) => {
    return references
      .slice(0, first)
      .filter((reference) => reference.tag === tag)
      .slice(-1);
  });
  const wanted = new Set(['EXTINF', 'EXT-X-MAP', 'EXT-X-KEY', 'EXT-X-PART', 'EXT-X-PRELOAD-HINT']);
  return [...inForce, ...references.slice(first, last + 1).filter(({ tag }) => wanted.has(tag))];
}
