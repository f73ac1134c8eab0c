import { attributeUris, lineAt, playlistUris } from './playlist-uris.ts';
import { remember } from './remember.ts';
import { pathOf, resolveUrl } from './signed-url.ts';

/** Knows in which order media playlists name their URLs, so that the next ones are signed ahead. */
export interface ReadAhead {
  /** Takes in a playlist; of a reload, what it adds. */
  readonly learn: (playlist: string, text: string) => void;
  /** Signs the next URLs that lack a token, once fewer than half of the next ones are ready. */
  readonly signAfter: (key: string) => void;
}

/** How many of the next URLs are looked at. */
const SIGHT = 100;

/** @param size how many; @param keyOf takes off a URL what a server wrote into it */
export function createReadAhead(
  size: number,
  keyOf: (url: string) => string,
  isReady: (key: string) => boolean,
  sign: (key: string) => void,
): ReadAhead {
  /**
   * The URL that follows each URL; after the last one, an empty one. The last one of each playlist, and how that stands
   * there, is in here too: when all is forgotten, the next reload is read from its beginning.
   */
  const order = new Map<string, string>();

  const signAfter = (key: string): void => {
    const next: string[] = [];
    for (let url = order.get(key); url && next.length < SIGHT; url = order.get(url)) next.push(url);
    if (next.slice(0, size).filter(isReady).length * 2 >= size) return;
    for (const url of next.filter((it) => !isReady(it)).slice(0, size)) sign(url);
  };

  return {
    signAfter,
    learn(playlist, text) {
      // a multivariant playlist has no order: nobody plays one variant after the other
      if (!/#EXT(INF|-X-PART):/.test(text)) return;
      // without the query, which delta updates and blocking reloads change; the space keeps it apart from URLs
      const list = `${pathOf(playlist)} `;
      const lastUri = `${list} `;
      const before = order.get(list);
      // From its last line, for before it nothing is new. A low-latency playlist ends with an attribute, which no line
      // begins with: all of it is read, for its parts vanish.
      const from = lineAt(text, order.get(lastUri) ?? '');
      let seen: Set<string> | undefined;
      const isSeen = (uri: string): boolean => (seen ??= attributeUris(text.slice(0, from))).has(uri);
      // each once: a file may be named for each of its byte ranges, a key before each segment
      const keys = new Set<string>();
      let uri = '';
      for (const { uri: next, isAttribute } of playlistUris(text.slice(from))) {
        uri = next;
        const key = keyOf(resolveUrl(uri, playlist));
        if (key && !(isAttribute && isSeen(uri))) keys.add(key);
      }
      if (uri) order.set(lastUri, uri);
      let last = list;
      for (const key of keys) remember(order, last, (last = key));
      remember(order, last, '');
      remember(order, list, last);
      // at the live edge: what this reload has added
      if (before) signAfter(before);
    },
  };
}
