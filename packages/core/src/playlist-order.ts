import { BoundedMap } from './bounded-map.ts';
import { resolveUrl } from './signed-url.ts';

const URIS = /^(?:#EXT-X-(?:MAP|KEY|PART|PRELOAD-HINT):(?:.*,)?URI="([^"]+)"|([^#\s].*))/gm;

/** Remembers in which order media playlists name their URLs, so that the next ones can be signed ahead. */
export interface PlaylistOrder {
  /** Takes in a playlist; returns the URLs that the reload of a live one has added. */
  learn(playlist: string, text: string): string[];
  /** The URL that follows in the playlist, `''` at its end, `undefined` for a URL of no playlist. */
  next(url: string): string | undefined;
}

/** @param unsign takes a token that the server wrote into a playlist off a URL */
export function createPlaylistOrder(unsign: (url: string) => string): PlaylistOrder {
  const order = new BoundedMap<string, string>(20_000);
  return {
    next: (url) => order.get(url),
    learn(playlist, text) {
      // a multivariant playlist has no order: nobody plays one variant after the other
      if (!/^#EXT(INF|-X-PART):/m.test(text)) return [];
      const list = 'list ' + playlist.split('?')[0]!;
      const live = order.has(list) && !text.includes('#EXT-X-ENDLIST');
      const added: string[] = [];
      let last = list;
      const seen = new Set<string>();
      for (const [, attribute, line] of text.matchAll(URIS)) {
        const uri = attribute ?? line!.trim();
        // `{$name}` is a variable of EXT-X-DEFINE: only the player knows its value
        const target = uri.includes('{$') ? undefined : resolveUrl(uri, playlist);
        const url = target && unsign(target.href);
        // named again: byte ranges of one file, or a key before each segment
        if (!url || seen.has(url)) continue;
        seen.add(url);
        if (live && !order.has(url)) added.push(url);
        order.set(last, (last = url));
      }
      order.set(last, '');
      return added;
    },
  };
}
