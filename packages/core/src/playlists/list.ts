import type { Playlist } from '../contract/playlist.ts';
import { SecureTokenError } from '../contract/secure-token-error.ts';
import { learnMedia } from './known-playlists.ts';
import type { LearntPlaylist } from './known-playlists.ts';
import type { ListedSegment, PlaylistUri } from './media-playlist.ts';
import { partNames } from './media-playlist.ts';
import { LOOKED_AT } from './name-prediction.ts';
import type { PlaylistOrder } from './playlist-order.ts';
import { createReadAhead } from './read-ahead.ts';
import { keyIn } from './url-order.ts';

/** An entry of `list`, which takes the URLs of a playlist in the order of playback. */
export interface ListedUrl {
  /** The unsigned URL; may be relative to the playlist. */
  readonly url: string;
  /** The duration of a segment, in seconds; 0 if it is unknown. Default: 0. */
  readonly seconds?: number;
  /** `resource`: an init segment or a key. List parts before the segment that they make up. Default: `segment`. */
  readonly kind?: 'segment' | 'part' | 'resource';
  /**
   * Whether other content, such as an advertisement, begins with this segment: then names that differ from the
   * predicted ones do not count as wrong predictions.
   */
  readonly isDiscontinuous?: boolean;
}

/** Options of `list`. */
export interface ListOptions {
  /** Whether more URLs will follow: then the source predicts the next names and signs them ahead. Default: false. */
  readonly isLive?: boolean;
}

/** Returns the last `count` whole segments, and the segment that is being made, if it has parts. */
function lastOf(urls: readonly (ListedUrl & { key: string })[], count: number): ListedSegment[] {
  const segments: ListedSegment[] = [];
  let parts: string[] = [];
  for (const { key, kind = 'segment', seconds = 0, isDiscontinuous = false } of urls) {
    if (kind === 'part') parts.push(key);
    if (kind !== 'segment') continue;
    segments.push({ uri: key, parts: partNames(parts), seconds, isDiscontinuous });
    parts = [];
  }
  const whole = segments.slice(-count);
  return parts.length > 0 ? [...whole, { uri: undefined, parts: partNames(parts), seconds: 0 }] : whole;
}

/** @throws `ERR_OPTIONS` if `urls` is no array, or at the first entry that has no URL */
function checkList(urls: unknown): void {
  const entries = Array.isArray(urls) ? (urls as readonly (Partial<ListedUrl> | null)[]) : undefined;
  const wrong = entries?.findIndex((entry) => typeof entry?.url !== 'string') ?? 0;
  if (entries && wrong < 0) return;
  const what = entries ? `, and the URL of entry ${wrong} is no text` : '';
  const message = `list() takes an array of { url, seconds, kind } in the order of play${what}.`;
  throw new SecureTokenError('ERR_OPTIONS', message);
}

/**
 * Wraps a media playlist that a player has parsed for `learn` of a token source: `source.learn(url, list(urls))`.
 * @throws `ERR_OPTIONS` if `urls` is no array, or an entry has no URL
 */
export function list(urls: readonly ListedUrl[], { isLive = false }: ListOptions = {}): Playlist {
  checkList(urls);
  const playlist: LearntPlaylist = {
    createReadAhead,
    learn(key, known, { identify, now }) {
      const listed = urls.map((it) => ({ ...it, key: keyIn(key, it.url, identify) })).filter((it) => it.key);
      const first = listed.find(({ kind = 'segment' }) => kind === 'segment')?.key ?? '';
      const kinds = new Map<string, PlaylistUri['kind']>();
      // each URL once: a playlist may name a file for each of its byte ranges
      for (const { key: name, kind = 'segment' } of listed) if (!kinds.has(name)) kinds.set(name, kind);
      const media = {
        url: key,
        isLive,
        learntAt: now(),
        lastSegments: lastOf(listed, LOOKED_AT),
        addTo: (order: PlaylistOrder) => order.learnList(kinds, first),
      };
      return kinds.size > 0 ? learnMedia(known, media, first) : [];
    },
  };
  return playlist;
}
