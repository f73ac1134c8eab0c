import { pathOf, resolveUrl } from './signed-url.ts';
import { remember } from './token-store.ts';

// `{$name}` is a variable of EXT-X-DEFINE: only the player knows its value
const URIS = /^(?!.*\{\$)(?:#EXT-X-(?:MAP|KEY|PART|PRELOAD-HINT).*[:,]URI="([^"]+)"|([^#\s].*))/gm;

/** Knows in which order media playlists name their URLs, so that the next ones are signed ahead. */
export interface ReadAhead {
  /** Takes in a playlist; of a reload, what it adds. */
  readonly learn: (playlist: string, text: string) => void;
  /** Signs the next URLs that lack a token, once fewer than half of the next ones are ready. */
  readonly signAfter: (key: string) => void;
}

/** @param size how many; @param keyOf takes off a URL what a server wrote into it */
export function createReadAhead(size: number, keyOf: (url: string) => string, isReady: (key: string) => boolean, sign: (key: string) => void): ReadAhead {
  /** The URL that follows each URL; after the last one, an empty one. And the last one of each playlist, also as it stands there. */
  const order = new Map<string, string>();

  const signAfter = (key: string): void => {
    const next: string[] = [];
    while ((key = order.get(key)!) && next.length < 100) next.push(key);
    if (next.slice(0, size).filter(isReady).length * 2 < size)
      for (const url of next.filter((it) => !isReady(it)).slice(0, size)) sign(url);
  };

  return {
    signAfter,
    learn(playlist, text) {
      // a multivariant playlist has no order: nobody plays one variant after the other
      if (!/#EXT(INF|-X-PART):/.test(text)) return;
      // without the query, which delta updates and blocking reloads change; the space keeps it apart from URLs
      const list = pathOf(playlist) + ' ';
      const before = order.get(list);
      // from its last line, for before it nothing is new. A low-latency playlist ends with an attribute, which no line begins
      // with: all of it is read, for its parts vanish
      const from = text.indexOf('\n' + order.get(list + ' ')!) + 1;
      // each once: a file may be named for each of its byte ranges, a key before each segment
      const urls = new Set<string>();
      for (const [, attribute, line] of text.slice(from).matchAll(URIS)) {
        const uri = attribute ?? line!;
        const key = keyOf(resolveUrl(uri, playlist));
        if (key && !(attribute && text.slice(0, from).includes(`"${uri}"`))) urls.add(key);
        order.set(list + ' ', uri);
      }
      let last = list;
      for (const key of urls) remember(order, last, (last = key));
      remember(order, last, '');
      remember(order, list, last);
      // at the live edge: what this reload has added
      signAfter(before!);
    },
  };
}
