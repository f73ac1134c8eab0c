import { writtenUrl } from '../token/written-url.ts';
import { playlistReferences } from './playlist-references.ts';

/** A URL in a playlist. */
export interface PlaylistUrl {
  /**
   * The tag that contains the URL, or that its line belongs to: `EXTINF` for a segment, `EXT-X-STREAM-INF` for a
   * variant.
   */
  readonly tag: string;
  /** The absolute http or https URL, with the query that the playlist has written. */
  readonly url: string;
}

/**
 * Returns the URLs that an HLS playlist names, in their order: segments, parts, keys, init segments, renditions and all
 * others (RFC 8216bis). Leaves out URIs with a variable that another playlist defines, and URIs that are not http(s).
 *
 * @param playlistUrl the URL of the playlist, to which its URIs are relative
 * @throws `ERR_OPTIONS` if `playlistUrl` is not an absolute URL
 */
export function playlistUrls(text: string, playlistUrl: string | URL): PlaylistUrl[] {
  const { references, resolve } = playlistReferences(text, writtenUrl(playlistUrl, 'playlistUrl'));
  return references.flatMap((reference) => {
    const url = resolve(reference);
    return url && /^https?:$/.test(url.protocol) ? { tag: reference.tag, url: url.href } : [];
  });
}
