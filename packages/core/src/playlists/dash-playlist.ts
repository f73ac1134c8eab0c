import type { Playlist } from '../contract/playlist.ts';
import { SecureTokenError } from '../contract/errors.ts';
import { hls } from './hls.ts';
import { listsOf } from './mpd-lists.ts';
import { createReadAhead } from './read-ahead.ts';

/**
 * Wraps the text of a DASH manifest for `learn` of a token source: `source.learn(url, dash(text))`.
 * @throws `ERR_OPTIONS` if `text` is not a string
 */
export function dash(text: string): Playlist {
  if (typeof text !== 'string') throw new SecureTokenError('ERR_OPTIONS', 'dash() takes the text of a manifest.');
  return { createReadAhead, lists: (context) => listsOf(text, context) };
}

/**
 * Wraps `text` as `dash` or `hls` does, depending on how it begins: for apps that play both.
 * @throws `ERR_OPTIONS` if `text` is not a string
 */
export function hlsOrDash(text: string): Playlist {
  return typeof text === 'string' && !/^\s*</.test(text) ? hls(text) : dash(text);
}
