import { SecureTokenError } from '../contract/errors.ts';
import type { Playlist } from '../contract/playlist.ts';
import type { ListedName } from './listed-names.ts';
import { listsOf } from './listed-names.ts';
import { createReadAhead } from './read-ahead.ts';

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
