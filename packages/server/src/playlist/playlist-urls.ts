import { writtenUrl } from '../token/written-url.ts';
import { playlistReferences } from './playlist-references.ts';

/** A URL in a playlist. */
export interface PlaylistUrl {
  /** The tag that holds it, or that its line belongs to: `EXTINF` for a segment, `EXT-X-STREAM-INF` for a variant. */
  readonly tag: string;
  /** Absolute, http or https, with what the playlist wrote as its query. */
  readonly url: string;
}

/**
 * The URLs that a playlist of HLS names, in their order: segments, parts, keys, init segments, renditions and all else
 * (RFC 8216bis). What is left out: URIs with a variable that another playlist defines, and those that are not http(s).
 *
 * @param playlistUrl where the playlist was loaded: its URIs are relative to it
 * @throws `ERR_OPTIONS` when `playlistUrl` is no absolute URL
 */
export function playlistUrls(text: string, playlistUrl: string | URL): PlaylistUrl[] {
  const { references, resolve } = playlistReferences(text, writtenUrl(playlistUrl, 'playlistUrl'));
  return references.flatMap((reference) => {
    const url = resolve(reference);
    return url && /^https?:$/.test(url.protocol) ? { tag: reference.tag, url: url.href } : [];
  });
}
