import { parsedUrl } from '../url/parsed-url.ts';
import { playlistVariables } from './playlist-variables.ts';
import type { PlaylistVariables } from './playlist-variables.ts';

/** One URI in a playlist (RFC 8216bis), and where it stands. */
export interface PlaylistReference {
  /** The tag that holds it, or that a URI line belongs to: `EXTINF` for a segment, `EXT-X-STREAM-INF` for a variant. */
  readonly tag: string;
  /** With its variables replaced; `undefined` when it holds one whose value is not known here. */
  readonly uri: string | undefined;
  /** `text.slice(start, end)` is the URI as it was written. */
  readonly start: number;
  readonly end: number;
}

export interface PlaylistReferences {
  readonly references: readonly PlaylistReference[];
  /** The URL of a reference; `undefined` when there is none. Only asked for where it is needed: many are not. */
  readonly resolve: (reference: PlaylistReference) => URL | undefined;
  /** The values of `EXT-X-DEFINE`, for the playlists that import them. */
  readonly variables: PlaylistVariables;
  /** Whether nothing will be added: `EXT-X-ENDLIST`. */
  readonly ended: boolean;
}

/** Attributes with a URI: `URI` itself, content steering, and interstitials (`EXT-X-DATERANGE`). */
const uriAttributes = new Set(['URI', 'SERVER-URI', 'X-ASSET-URI', 'X-ASSET-LIST']);

/**
 * Every URI of a playlist in order: segments, parts, keys, maps, renditions, I-frame playlists, preload hints,
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
    // What follows EXTINF is a duration and a title, whatever the title looks like.
    if (tag === 'EXTINF' || !line.includes('="')) continue;
    // Only where a name begins, or each letter of a long one would be tried.
    const attributes = [...line.matchAll(/(?<![A-Z0-9-])([A-Z0-9-]+)=(?:"([^"]*)"|[^",]*)/g)];
    if (tag === 'EXT-X-DEFINE') define(new Map(attributes.map(([, name, value]) => [name!, value ?? ''])));
    for (const { 0: attribute, 1: name, 2: value, index: at } of attributes) {
      if (value && uriAttributes.has(name!)) add(tag, value, index + at + attribute.length - 1 - value.length);
    }
  }
  return { references, resolve: resolver(playlistUrl), variables, ended };
}

function resolver(playlistUrl: URL): PlaylistReferences['resolve'] {
  // Parsed anew with every reference: a long query, which no reference inherits, would cost its length each time.
  const base = new URL(playlistUrl);
  base.search = '';
  base.hash = '';
  const { href } = base;
  return ({ uri }) => (uri === undefined ? undefined : parsedUrl(uri, href));
}
