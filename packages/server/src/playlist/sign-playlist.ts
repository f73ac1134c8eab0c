import type { Token } from 'secure-token-core';
import { optionsError, refusesUrl } from '../errors/options-error.ts';
import { given, readOptions } from '../errors/options.ts';
import { attachToken, setQuery } from '../token/attach-token.ts';
import type { TokenFormat } from '../token/token-format.ts';
import { withoutPathToken, writtenUrl } from '../token/sign-url.ts';
import { judgeUrl } from '../url/judged-url.ts';
import type { JudgedUrl } from '../url/judged-url.ts';
import { playlistReferences } from './playlist-references.ts';

/**
 * The longest path of a playlist whose URIs are signed, in characters as it is written in the URL. Each relative URI
 * inherits this path, and each of their URLs is judged, signed and verified, so that the work would grow with the
 * number of URIs times the length of the path. Behind the name of a file, the viewer chooses the path: some origins
 * serve `film.m3u8/x` as `film.m3u8` (path info, RFC 3875 section 4.1.5).
 */
const maxPathLength = 2048;

export function hasPathToSign({ pathname }: URL): boolean {
  return pathname.length <= maxPathLength;
}

export interface SignPlaylistOptions {
  format: TokenFormat;
  /**
   * Unix seconds, one value for the whole playlist: the signed URLs are then the same for all viewers of that second.
   */
  expires: number;
}

/**
 * Returns a playlist with every URI signed, for players without a plugin (AirPlay, Chromecast, native). Relative URIs
 * stay relative; byte ranges and everything else stay unchanged. In a signed URI, values replace `{$variables}`, since
 * the signature covers the real path.
 *
 * Leaves alone: URIs on another origin than the playlist, `data:` and `skd:` URIs, URIs that the format refuses to
 * sign, and URIs with a variable that is imported from another playlist. Resolves dot segments in a URI: the origin
 * decides what a playlist names.
 *
 * @param playlistUrl the URL of the playlist, without a token
 * @throws `ERR_OPTIONS` for a `playlistUrl` that is not an absolute URL, has a user name or a password, or is a text
 *   that clients would not request as it is written (see `signUrl`), or has a path of more than 2,048 characters; any
 *   error of the format except an `ERR_OPTIONS` about a URL of the playlist
 */
export async function signPlaylist(
  text: string,
  playlistUrl: string | URL,
  options: SignPlaylistOptions,
): Promise<string> {
  const { format, expires } = readOptions(options, { format: given, expires: given });
  const base = baseUrl(playlistUrl);
  const host = judgeUrl(new URL('/', base));
  const { references, resolve } = playlistReferences(text, base);
  // Byte-range playlists name the same file in every segment: sign it once.
  const signed = new Map<string, string | undefined>();
  const parts: string[] = [];
  let end = 0;
  for (const reference of references) {
    const { uri } = reference;
    if (uri === undefined) continue;
    if (!signed.has(uri)) {
      const asked = { uri, url: resolve(reference) };
      signed.set(uri, host && (await signReference(asked, { base, host }, { format, expires })));
    }
    const written = signed.get(uri);
    if (written === undefined) continue;
    parts.push(text.slice(end, reference.start), written);
    end = reference.end;
  }
  return parts.join('') + text.slice(end);
}

/** @throws `ERR_OPTIONS` */
function baseUrl(playlistUrl: string | URL): URL {
  const base = writtenUrl(playlistUrl, 'playlistUrl');
  if (hasPathToSign(base)) return base;
  throw optionsError(
    'playlistUrl',
    `The path has more than ${maxPathLength} characters. Refuse such a request: its viewer can make the path longer.`,
  );
}

/** @returns the URI with its token; `undefined` to leave it alone */
async function signReference(
  { uri, url: asked }: { uri: string; url: URL | undefined },
  { base, host }: { base: URL; host: JudgedUrl },
  { format, expires }: SignPlaylistOptions,
): Promise<string | undefined> {
  if (!asked) return undefined;
  const url = withoutPathToken(asked, format);
  if (!judgeUrl(url)?.hasOriginOf(host)) return undefined;
  try {
    return writeToken({ uri: url === asked ? uri : url.href, url }, base, await format.sign(url, expires));
  } catch (error) {
    if (refusesUrl(error)) return undefined;
    throw error;
  }
}

function writeToken({ uri, url }: { uri: string; url: URL }, base: URL, token: Token): string {
  if (!token.base) return attachToken(uri, token);
  // Every relative URI that stays below the token's prefix inherits a token in the path.
  const isRelative = !/^(?:\/|[a-z][a-z\d+.-]*:)/i.test(uri);
  const inherits = token.prefix !== undefined && [base, url].every(({ href }) => href.startsWith(token.prefix ?? ''));
  return isRelative && inherits ? setQuery(uri, token.query ?? {}) : attachToken(url.href, token);
}

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
 * @throws `ERR_OPTIONS` for a `playlistUrl` that is not an absolute URL, or has a path of more than 2,048 characters
 */
export function playlistUrls(text: string, playlistUrl: string | URL): PlaylistUrl[] {
  const { references, resolve } = playlistReferences(text, baseUrl(playlistUrl));
  return references.flatMap((reference) => {
    const url = resolve(reference);
    return url && /^https?:$/.test(url.protocol) ? { tag: reference.tag, url: url.href } : [];
  });
}
