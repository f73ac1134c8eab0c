/** A URI as it stands in a media playlist. */
export interface PlaylistUri {
  readonly uri: string;
  /** Of a tag: a part, a key, an init segment; not a line of its own. */
  readonly isAttribute: boolean;
}

const TAG = /^#EXT-X-(?:MAP|KEY|PART|PRELOAD-HINT)/;
const ATTRIBUTE = /[:,]URI="([^"]+)"/;

/** The URIs of a media playlist, in the order in which they stand there. */
export function* playlistUris(text: string): Iterable<PlaylistUri> {
  for (const [line] of text.matchAll(/[^\r\n]+/g)) {
    // `{$name}` is a variable of EXT-X-DEFINE: only the player knows its value
    if (line.includes('{$')) continue;
    if (/^[^#\s]/.test(line)) yield { uri: line, isAttribute: false };
    const uri = TAG.test(line) ? ATTRIBUTE.exec(line)?.[1] : undefined;
    if (uri) yield { uri, isAttribute: true };
  }
}

/** The URIs in the attributes of `text`. */
export const attributeUris = (text: string): Set<string> =>
  new Set(Array.from(text.matchAll(/[:,]URI="([^"\r\n]+)"/g), ([, uri]) => uri!));

/** Where the first line that begins with `beginning` stands; 0 if none does, or that is empty. */
export function lineAt(text: string, beginning: string): number {
  if (!beginning) return 0;
  for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', end + 1)) {
    if (text.startsWith(beginning, end + 1)) return end + 1;
  }
  return 0;
}
