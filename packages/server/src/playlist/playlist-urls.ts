import { optionsError } from '../errors/options-error.ts';
import { writtenUrl } from '../token/sign-url.ts';
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
 * The most characters of all URLs of a playlist together: a day of two-second segments whose URLs have 2,000 characters
 * each has fewer. A playlist of 1 MiB can name 500,000 files, and each inherits the whole path of the playlist's URL.
 */
const MAX_CHARACTERS = 100_000_000;

/**
 * Returns the URLs that an HLS playlist names, in their order: segments, parts, keys, init segments, renditions and all
 * others (RFC 8216bis). Leaves out URIs with a variable that another playlist defines, and URIs that are not http(s).
 *
 * @param playlistUrl the URL of the playlist, to which its URIs are relative
 * @throws `ERR_OPTIONS` if `playlistUrl` is not an absolute URL, and if the URLs together would have more than
 *   100,000,000 characters; a URI that is left out counts as `playlistUrl` without its query
 */
export function playlistUrls(text: string, playlistUrl: string | URL): PlaylistUrl[] {
  const base = writtenUrl(playlistUrl, 'playlistUrl');
  const { references, resolve } = playlistReferences(text, base);
  // a URI inherits no query
  const inherited = base.origin.length + base.pathname.length;
  let left = MAX_CHARACTERS;
  return references.flatMap((reference) => {
    const found = resolve(reference);
    const url = found && /^https?:$/.test(found.protocol) ? found : undefined;
    // a URI that is left out has taken as much time
    left -= url?.href.length ?? inherited;
    if (left < 0) throw optionsError('text', 'Give a playlist whose URLs have 100,000,000 characters at most.');
    return url ? { tag: reference.tag, url: url.href } : [];
  });
}
