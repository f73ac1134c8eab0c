import { SecureTokenError } from '../contract/errors.ts';
import type { NameList, Playlist, PlaylistContext } from '../contract/playlist.ts';
import { createReadAhead } from './read-ahead.ts';

/** A name in a playlist. */
export interface ListedName {
  /** As the playlist has it: may be relative to the playlist. */
  readonly uri: string;
  /** `part`: also a preload hint; `resource`: an init segment or a key, which several segments need. */
  readonly kind: 'segment' | 'part' | 'resource';
  /** The duration of its media, in seconds; 0 if it is unknown. */
  readonly seconds: number;
}

interface ListKind {
  readonly isLive: boolean;
  /** Whether the playlist leaves out names before the first one, because the player knows them. */
  readonly isDelta?: boolean;
}

/** The names that a playlist lists, each once: a playlist may name a file for each of its byte ranges. */
class ListedNames implements NameList {
  readonly id: string;
  readonly isLive: boolean;
  readonly seconds: number;
  readonly #keys: readonly string[];
  readonly #places: ReadonlyMap<string, number>;
  readonly #media: readonly string[];
  /** The keys by URI: a reload has most of the URIs that the playlist had before. */
  readonly #keyOfUri: ReadonlyMap<string, string>;

  constructor(id: string, names: readonly ListedName[], context: PlaylistContext, { isLive, isDelta }: ListKind) {
    const before = context.before(id);
    const known = before instanceof ListedNames ? before.#keyOfUri : undefined;
    const keyOf = (uri: string): string => known?.get(uri) ?? context.keyOf(uri, context.url);
    const keyOfUri = new Map(names.map(({ uri }) => [uri, keyOf(uri)]));
    const usable = names.filter(({ uri }) => keyOfUri.get(uri));
    const keysOf = (some: readonly ListedName[]): string[] => [...new Set(some.map(({ uri }) => keyOfUri.get(uri)!))];
    const listed = keysOf(usable);
    const kept = before && isDelta ? Math.max(0, before.placeOf(listed[0] ?? '')) : 0;
    this.id = id;
    this.isLive = isLive;
    this.#keyOfUri = keyOfUri;
    this.#keys = [...Array.from({ length: kept }, (_, place) => before!.at(place)), ...listed];
    this.#places = new Map(this.#keys.map((key, place) => [key, place]));
    this.#media = keysOf(usable.filter(({ kind }) => kind !== 'resource'));
    const told = usable.filter(({ seconds }) => seconds > 0);
    this.seconds = told.reduce((sum, { seconds }) => sum + seconds, 0) / Math.max(1, told.length);
  }

  get length(): number {
    return this.#keys.length;
  }

  placeOf(key: string): number {
    return this.#places.get(key) ?? -1;
  }

  at(place: number): string {
    return this.#keys[place]!;
  }

  last(count: number): readonly string[] {
    return this.#media.slice(-count);
  }
}

/** Returns the list of segments and, in low latency, the list of parts: a player requests the one or the other. */
export function listsOf(names: readonly ListedName[], context: PlaylistContext, how: ListKind): NameList[] {
  if (names.every(({ kind }) => kind === 'resource')) return [];
  const without = (left: ListedName['kind']): ListedName[] => names.filter(({ kind }) => kind !== left);
  const segments = new ListedNames('segments', without('part'), context, how);
  if (names.every(({ kind }) => kind !== 'part')) return [segments];
  return [segments, new ListedNames('parts', without('segment'), context, how)];
}

/** An entry of `list`, which takes the URLs of a playlist in the order of playback. */
export interface ListedUrl {
  /** The unsigned URL; may be relative to the playlist. */
  readonly url: string;
  /** The duration of a segment, in seconds; 0 if it is unknown. Default: 0. */
  readonly seconds?: number;
  /** `resource`: an init segment or a key. List parts before the segment that they make up. Default: `segment`. */
  readonly kind?: 'segment' | 'part' | 'resource';
}

/** Options of `list`. */
export interface ListOptions {
  /** Whether more URLs will follow: then the source predicts the next names and signs them ahead. Default: false. */
  readonly isLive?: boolean;
}

/**
 * Wraps a media playlist that a player has parsed for `learn` of a token source: `source.learn(url, list(urls))`.
 * @throws `ERR_OPTIONS` if `urls` is no array, or an entry has no URL
 */
export function list(urls: readonly ListedUrl[], { isLive = false }: ListOptions = {}): Playlist {
  if (!Array.isArray(urls) || urls.some((it?: Partial<ListedUrl> | null) => typeof it?.url !== 'string'))
    throw new SecureTokenError('ERR_OPTIONS', 'list() takes an array of { url, seconds, kind } in the order of play.');
  const nameOf = ({ url, seconds = 0, kind = 'segment' }: ListedUrl): ListedName => ({ uri: url, seconds, kind });
  return { createReadAhead, lists: (context) => listsOf(urls.map(nameOf), context, { isLive }) };
}
