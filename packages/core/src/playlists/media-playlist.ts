import { MAX_URL_LENGTH } from './url-order.ts';

/** A URI as written in a media playlist. */
export interface PlaylistUri {
  readonly uri: string;
  /** `part`: also a preload hint; `resource`: an init segment or a key, which several segments need. */
  readonly kind: 'segment' | 'part' | 'resource';
}

const TAG = /^#EXT-X-(MAP|KEY|PART|PRELOAD-HINT)/;
const ATTRIBUTE = /[:,]URI="([^"]+)"/;

/**
 * Tells whether `text` is a media playlist. A multivariant playlist has no order, because a player does not play its
 * variants one after the other.
 */
export const isMediaPlaylist = (text: string): boolean => /#EXT(INF|-X-PART):/.test(text);

/** Yields the URIs of a media playlist in the order of the text. */
export function* playlistUris(text: string): Iterable<PlaylistUri> {
  for (const [line] of text.matchAll(/[^\r\n]+/g)) {
    // `{$name}` is a variable of EXT-X-DEFINE: only the player knows its value
    if (line.includes('{$')) continue;
    if (/^[^#\s]/.test(line)) yield { uri: line, kind: 'segment' };
    const tag = TAG.exec(line)?.[1];
    const uri = tag && ATTRIBUTE.exec(line)?.[1];
    if (uri) yield { uri, kind: tag === 'MAP' || tag === 'KEY' ? 'resource' : 'part' };
  }
}

/** Returns the URIs in the attributes of `text`, without those that are too long to be read ahead. */
export const attributeUris = (text: string): Set<string> =>
  namesOf(Array.from(text.matchAll(/[:,]URI="([^"\r\n]+)"/g), ([, uri]) => uri!));

const namesOf = (uris: Iterable<string>): Set<string> =>
  new Set([...uris].filter((uri) => uri.length <= MAX_URL_LENGTH));

/** Returns the index of the first line that begins with `beginning`; 0 if no line does, or `beginning` is empty. */
export function lineAt(text: string, beginning: string): number {
  if (!beginning) return 0;
  for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', end + 1)) {
    if (text.startsWith(beginning, end + 1)) return end + 1;
  }
  return 0;
}

/** Returns the first segment of the window, and the text before it. */
export function windowStart(text: string): { readonly head: string; readonly uri: string | undefined } {
  const found = /^[^#\s][^\r\n]*/m.exec(text);
  return { head: text.slice(0, found?.index), uri: found?.[0] };
}

/** Tells whether a playlist may list more segments later: no tag says that it is complete. */
export const isLive = (text: string): boolean => !/^#EXT-X-(ENDLIST|PLAYLIST-TYPE:VOD)/m.test(text);

/** One of the last segments of a playlist. */
export interface ListedSegment {
  /** `undefined` while the segment is being made. */
  readonly uri: string | undefined;
  /** The URI of each part, each URI once: several parts may be ranges of one file. */
  readonly parts: readonly string[];
  /** The duration; 0 if the playlist does not state it. */
  readonly seconds: number;
  /** Whether other content, such as an advertisement, begins with this segment. */
  readonly isDiscontinuous?: boolean;
}

/** A segment with more parts than this is kept without its parts: no packager makes so many. */
const MAX_PARTS = 100;

/** Returns the names of the parts of a segment, each once: several parts may be ranges of one file. */
export const partNames = (parts: Iterable<string>): readonly string[] => {
  const names = [...namesOf(parts)];
  return names.length > MAX_PARTS ? [] : names;
};

/** Returns the last `count` whole segments, and the segment that is being made, if it has parts. */
export function lastSegments(text: string, count: number): ListedSegment[] {
  // begins one segment earlier, and drops that segment at the end: its parts precede its EXTINF, so they are missing
  let from = text.length;
  for (let left = count + 1; left > 0 && from > 0; left--) from = Math.max(0, text.lastIndexOf('#EXTINF:', from - 1));
  const segments: ListedSegment[] = [];
  let parts: string[] = [];
  let seconds = 0;
  let isDiscontinuous = false;
  const end = (uri: string | undefined): void => {
    segments.push({ uri, parts: partNames(parts), seconds, isDiscontinuous });
    parts = [];
    seconds = 0;
    isDiscontinuous = false;
  };
  for (const [line] of text.slice(from).matchAll(/[^\r\n]+/g)) {
    seconds = Number(/^#EXTINF:(\d+(?:\.\d+)?)/.exec(line)?.[1] ?? seconds);
    isDiscontinuous ||= /^#EXT-X-DISCONTINUITY\s*$/.test(line);
    const [named] = playlistUris(line);
    if (named?.kind === 'segment') end(named.uri);
    else if (named?.kind === 'part' && !line.includes('TYPE=MAP')) parts.push(named.uri);
  }
  if (parts.length > 0) end(undefined);
  return (from > 0 ? segments.slice(1) : segments).slice(-count - 1);
}

/** Returns the number of segments that a delta update leaves out (RFC 8216bis §4.4.5.2). */
export const skippedSegments = (text: string): number =>
  Number(/^#EXT-X-SKIP:(?:.*,)?SKIPPED-SEGMENTS=(\d+)/m.exec(text)?.[1] ?? 0);

/** Returns the URL of a playlist without the delivery directives of a reload (RFC 8216bis §6.2.5). */
export const withoutDirectives = (url: string): string =>
  url.replace(/[?&]_HLS_\w+=[^&]*/g, '').replace(/^([^?&]*)&/, '$1?');
