import { parsedUrl } from '../url/judged-url.ts';

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
  const { define, substitute, variables } = playlistVariables(text.length, imports);
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
  // `URL` parses the base anew for every reference. A long query, which no reference inherits, would cost its length
  // each time.
  const base = playlistUrl.origin + playlistUrl.pathname;
  const resolve = ({ uri }: PlaylistReference): URL | undefined =>
    uri === undefined ? undefined : parsedUrl(uri, base);
  return { references, resolve, variables, ended };
}

const variableReference = /\{\$([\w-]+)\}/g;

/**
 * Characters that variables may bring into a playlist, for each character of the playlist: a variable of 8 kB may stand
 * in any number of lines.
 */
const maxGrowth = 8;
const minGrowth = 65_536;

/** The variables that a playlist may import from the playlist that led to it. */
type PlaylistVariables = ReadonlyMap<string, string>;

/**
 * Creates the variable substitution of a playlist (RFC 8216bis section 4.3): `NAME` and `IMPORT`. A `QUERYPARAM` has no
 * known value: a viewer, who may choose it, could lead the path, and with it the signature, to any other file. Nor must
 * a playlist grow without end: its length limits what variables bring into it, and beyond that limit they have no known
 * value.
 *
 * @param textLength the length of the playlist
 */
function playlistVariables(textLength: number, imports?: PlaylistVariables) {
  const variables = new Map<string, string>();
  let left = Math.max(minGrowth, textLength * maxGrowth);
  /** Replaces the variables of a text; returns `undefined` if the text has one without a known value. */
  const substitute = (text: string): string | undefined => {
    const values = [...text.matchAll(variableReference)].map(([, name]) => variables.get(name!));
    left -= values.reduce((sum, value) => sum + (value?.length ?? 0), 0);
    if (left < 0 || values.includes(undefined)) return undefined;
    return text.replace(variableReference, () => values.shift()!);
  };
  /** Reads the attributes of one `EXT-X-DEFINE`. */
  const define = (attributes: ReadonlyMap<string, string>): void => {
    const [name, imported = ''] = ['NAME', 'IMPORT'].map((each) => attributes.get(each));
    const value = name === undefined ? imports?.get(imported) : substitute(attributes.get('VALUE') ?? '');
    if (value !== undefined) variables.set(name ?? imported, value);
  };
  return { variables, substitute, define };
}
