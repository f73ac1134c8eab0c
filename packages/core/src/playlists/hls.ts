import { SecureTokenError } from '../contract/errors.ts';
import type { Playlist } from '../contract/playlist.ts';
import type { ListedName } from './list.ts';
import { listsOf } from './list.ts';
import { createReadAhead } from './read-ahead.ts';

/** The largest number of names: more than a day of two-second segments has. Only an untrusted playlist names more. */
const MAX_NAMES = 50_000;

const TAG = /^#EXT-X-(MAP|KEY|PART|PRELOAD-HINT):/;
const URI = /[:,]URI="([^"]+)"/;
const PART_SECONDS = /[:,]DURATION=([\d.]+)/;

/** Returns the names of a media playlist in the order of playback. */
function namesIn(text: string): ListedName[] {
  const names: ListedName[] = [];
  let seconds = 0;
  for (const line of text.match(/[^\r\n]+/g) ?? []) {
    // `{$name}` is a variable of EXT-X-DEFINE, whose value only the player knows
    if (line.includes('{$')) continue;
    if (names.length === MAX_NAMES) break;
    if (line.startsWith('#EXTINF:')) seconds = parseFloat(line.slice(8)) || 0;
    else if (/^[^#\s]/.test(line)) names.push({ uri: line, kind: 'segment', seconds });
    const tag = TAG.exec(line)?.[1];
    const uri = tag && URI.exec(line)?.[1];
    const isPart = tag?.startsWith('P') && !line.includes('TYPE=MAP');
    if (uri && isPart) names.push({ uri, kind: 'part', seconds: Number(PART_SECONDS.exec(line)?.[1] ?? 0) });
    else if (uri) names.push({ uri, kind: 'resource', seconds: 0 });
  }
  return names;
}

/**
 * Wraps the text of an HLS playlist for `learn` of a token source: `source.learn(url, hls(text))`. The source signs
 * nothing ahead of a multivariant playlist, whose lines have no order.
 * @throws `ERR_OPTIONS` if `text` is not a string
 */
export function hls(text: string): Playlist {
  if (typeof text !== 'string')
    throw new SecureTokenError('ERR_OPTIONS', 'hls() takes the text of a playlist: await response.text().');
  const isMedia = /#EXT(INF|-X-PART):/.test(text);
  const how = {
    isLive: !/^#EXT-X-(ENDLIST|PLAYLIST-TYPE:VOD)/m.test(text),
    // RFC 8216bis, section 4.4.5.2
    isDelta: /^#EXT-X-SKIP:/m.test(text),
  };
  return { createReadAhead, lists: (context) => listsOf(isMedia ? namesIn(text) : [], context, how) };
}
