import { parsedUrl } from '../url/judged-url.ts';
import { playlistVariables } from './playlist-variables.ts';
import type { PlaylistVariables } from './playlist-variables.ts';

/** One URI in a playlist (RFC 8216bis), and where it stands. */
export interface PlaylistReference {
  /**
   * The tag that contains the URI, or that a URI line belongs to: `EXTINF` for a segment, `EXT-X-STREAM-INF` for a
   * variant.
   */
  readonly tag: string;
  /** The URI with its variables replaced; `undefined` if it contains a variable whose value is not known here. */
  readonly uri: string | undefined;
  /** `text.slice(start, end)` is the URI as it was written. */
  readonly start: number;
  readonly end: number;
}

export interface PlaylistReferences {
  readonly references: readonly PlaylistReference[];
  /**
   * Returns the URL of a reference; `undefined` if there is none. It is a function, because many URLs are never needed.
   */
  readonly resolve: (reference: PlaylistReference) => URL | undefined;
  /** The values of `EXT-X-DEFINE`, for playlists that import them. */
  readonly variables: PlaylistVariables;
  /** Whether the playlist is complete: it has `EXT-X-ENDLIST`. */
  readonly ended: boolean;
}

/** Attributes with a URI: `URI` itself, content steering, and interstitials (`EXT-X-DATERANGE`). */
const uriAttributes = new Set(['URI', 'SERVER-URI', 'X-ASSET-URI', 'X-ASSET-LIST']);

/**
 * Returns every URI of a playlist in order: segments, parts, keys, maps, renditions, I-frame playlists, preload hints,
 * rendition reports, session data and keys, steering manifests, interstitials. Takes time and memory in proportion to
 * `text`.
 *
 * @param imports the variables of the multivariant playlist that led here, for `EXT-X-DEFINE:IMPORT`
 */
export function playlistReferences(text: string, playlistUrl: URL, imports?: PlaylistVariables): PlaylistReferences {
  const references: PlaylistReference[] = [];
  const { define, substitute, variables } = playlistVariables(text.length, playlistUrl, imports);
  let owner = 'EXTINF';
  let ended = false;
  const add = (tag: string, written: string, start: number): void => {
    references.push({ tag, uri: substitute(written), start, end: start + written.length });
  };

  for (const { 0: line, index } of text.matchAll(/[^\r\n]+/g)) {
    const tag = /^#(EXT[\w-]*)/.exec(line)?.[1];
    if (tag === undefined) {
      const written = line.trim();
      if (written.startsWith('#') || written === '') continue;
      add(owner, written, index + line.length - line.trimStart().length);
      owner = 'EXTINF';
      continue;
    }
    if (tag === 'EXT-X-STREAM-INF') owner = tag;
    if (tag === 'EXT-X-ENDLIST') ended = true;
    // A duration and a title follow `EXTINF`, whatever the title looks like.
    if (tag === 'EXTINF' || !line.includes('="')) continue;
    // Match only where a name begins: otherwise the pattern would try each letter of a long name.
    const attributes = [...line.matchAll(/(?<![A-Z0-9-])([A-Z0-9-]+)=(?:"([^"]*)"|[^",]*)/g)];
    if (tag === 'EXT-X-DEFINE') define(new Map(attributes.map(([, name, value]) => [name!, value ?? ''])));
    for (const { 0: attribute, 1: name, 2: value, index: at } of attributes) {
      if (value && uriAttributes.has(name!)) add(tag, value, index + at + attribute.length - 1 - value.length);
    }
  }
  return { references, resolve: resolver(playlistUrl), variables, ended };
}

function resolver(playlistUrl: URL): PlaylistReferences['resolve'] {
  // `URL` parses the base anew for every reference. A long query, which no reference inherits, would cost its length
  // each time.
  const base = new URL(playlistUrl);
  base.search = '';
  base.hash = '';
  const { href } = base;
  return ({ uri }) => (uri === undefined ? undefined : parsedUrl(uri, href));
}
