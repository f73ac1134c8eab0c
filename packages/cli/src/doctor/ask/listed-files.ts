import { playlistUrls } from 'secure-token-server';
import { filesOfDash } from './dash-files.ts';

/** A file that a playlist or a manifest names. */
export interface ListedFile {
  /** The kind in words, such as `segment`. */
  readonly kind: string;
  readonly url: string;
}

/**
 * The tags of HLS whose URLs players load without being told, and the kinds of these files. Advertisements are left
 * out.
 */
const kinds: Readonly<Record<string, string>> = {
  'EXT-X-STREAM-INF': 'variant playlist',
  'EXT-X-MEDIA': 'rendition playlist',
  'EXT-X-I-FRAME-STREAM-INF': 'I-frame playlist',
  'EXT-X-SESSION-KEY': 'key',
  'EXT-X-KEY': 'key',
  'EXT-X-MAP': 'init segment',
  EXTINF: 'segment',
  'EXT-X-PART': 'part',
};

/** The most characters of a URL that is requested: servers accept no longer URLs. */
const MAX_URL = 8192;

const isHls = (text: string): boolean => /^\uFEFF?#EXTM3U/.test(text);

/** Returns the files that the playlist or manifest at `url` names, of each kind one or two that can be requested. */
export function listedFiles(text: string, url: string): ListedFile[] {
  const files = isHls(text) ? filesOfHls(text, url) : filesOfDash(text, url);
  return files.filter((file) => file.url.length <= MAX_URL && /^https?:/.test(file.url) && URL.canParse(file.url));
}

function filesOfHls(text: string, url: string): ListedFile[] {
  let urls: ReturnType<typeof playlistUrls>;
  try {
    urls = playlistUrls(text, url);
  } catch {
    // the URLs would take more memory than those of any playlist in use
    return [];
  }
  const isLive = !text.includes('#EXT-X-ENDLIST');
  return Object.entries(kinds).flatMap(([tag, kind]) => {
    const ofTag = urls.filter((each) => each.tag === tag).map((each) => each.url);
    // by custom, audio stands first and subtitles last; in a live stream, the first segment may be gone
    const chosen = tag === 'EXT-X-MEDIA' ? [ofTag[0], ofTag.at(-1)] : [isLive ? ofTag.at(-1) : ofTag[0]];
    return [...new Set(chosen)].flatMap((each) => (each === undefined ? [] : { kind, url: each }));
  });
}
