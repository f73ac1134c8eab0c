import { playlistUrls } from 'secure-token-server';
import type { PlaylistUrl } from 'secure-token-server';
import { manifestFiles } from './manifest-files.ts';

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

export const isHls = (text: string): boolean => /^\uFEFF?#EXTM3U/.test(text);

/** Returns one file of each kind that the playlist or manifest at `url` names. */
export async function listedFiles(text: string, url: string): Promise<ListedFile[]> {
  return isHls(text) ? filesOfHls(text, url) : manifestFiles(text, url);
}

function filesOfHls(text: string, url: string): ListedFile[] {
  let urls;
  try {
    urls = playlistUrls(text, url);
  } catch {
    // the URLs would take more memory than those of any playlist in use
    return [];
  }
  const isLive = !text.includes('#EXT-X-ENDLIST');
  return Object.keys(kinds).flatMap((tag) => {
    const ofTag = urls.filter((each) => each.tag === tag);
    // by custom, audio stands first and subtitles last; in a live stream, the first segment may be gone
    const chosen = tag === 'EXT-X-MEDIA' ? [ofTag[0], ofTag.at(-1)] : [isLive ? ofTag.at(-1) : ofTag[0]];
    return fileOf(chosen, kinds[tag]!);
  });
}

const fileOf = (chosen: readonly (PlaylistUrl | undefined)[], kind: string): ListedFile[] =>
  [...new Set(chosen.flatMap((each) => each?.url ?? []))].map((url) => ({ kind, url }));
