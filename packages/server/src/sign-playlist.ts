import type { Token } from 'secure-token-core';
import { attachToken } from './attach-token.ts';
import { isOptionsError } from './options-error.ts';
import { playlistReferences } from './playlist-references.ts';
import { setQuery } from './set-query.ts';
import type { TokenFormat } from './token-format.ts';
import { withoutPathToken } from './without-path-token.ts';

export interface SignPlaylistOptions {
  format: TokenFormat;
  /** Unix seconds; one value for the whole playlist keeps the signed URLs the same for every viewer of that second. */
  expires: number;
}

/**
 * A playlist with every URI signed, for players that no plugin reaches (AirPlay, Chromecast, native). Relative URIs stay
 * relative; byte ranges and everything else stay as they were. `{$variables}` in a signed URI are replaced by their
 * values, since the signature covers the real path.
 *
 * Left alone: URIs on another origin than the playlist, `data:` and `skd:` URIs, URIs that the format refuses to sign,
 * and URIs with a variable that is imported from another playlist.
 *
 * @param playlistUrl the playlist's own URL, without a token
 */
export async function signPlaylist(
  text: string,
  playlistUrl: string | URL,
  { format, expires }: SignPlaylistOptions,
): Promise<string> {
  const base = new URL(playlistUrl);
  const { references } = playlistReferences(text, base);
  const tokens = new Map<string, Token | undefined>();
  let signed = '';
  let end = 0;
  for (const reference of references) {
    if (reference.url?.origin !== base.origin) continue;
    const url = withoutPathToken(reference.url, format);
    const { href } = url;
    // Byte-range playlists name the same file in every segment: sign it once.
    if (!tokens.has(href)) tokens.set(href, await signOrSkip(format, url, expires));
    const token = tokens.get(href);
    if (!token) continue;
    const uri = url === reference.url ? reference.uri : href;
    signed += text.slice(end, reference.start) + signReference({ uri, url }, base, token);
    end = reference.end;
  }
  return signed + text.slice(end);
}

async function signOrSkip(format: TokenFormat, url: URL, expires: number): Promise<Token | undefined> {
  try {
    return await format.sign(url, expires);
  } catch (error) {
    if (isOptionsError(error)) return undefined;
    throw error;
  }
}

function signReference({ uri, url }: { uri: string; url: URL }, base: URL, token: Token): string {
  // A token in the path is inherited by every relative URI that stays below the token's prefix.
  const isRelative = !/^(?:\/|[a-z][a-z\d+.-]*:)/i.test(uri);
  const inherits = token.prefix !== undefined && [base, url].every(({ href }) => href.startsWith(token.prefix ?? ''));
  if (!token.base) return attachToken(uri, token);
  return isRelative && inherits ? setQuery(uri, token.query ?? {}) : attachToken(url.href, token);
}
