import type { Playlist } from 'secure-token-core';

/** The URLs that follow `name` in the playlists that `learn` was given, by the URL of each playlist. */
export const namesAfter = (
  name: string,
  calls: readonly (readonly [url: string, playlist: Playlist])[],
): [string, string[]][] =>
  calls.map(([url, playlist]) => {
    const keyOf = (uri: string, base: string): string => new URL(uri, base).href;
    const lists = playlist.lists({ url, keyOf, now: () => 0, before: () => undefined });
    const key = keyOf(name, url);
    const list = lists.find((it) => it.placeOf(key) >= 0);
    const from = list ? list.placeOf(key) + 1 : 0;
    const length = list ? list.length - from : 0;
    return [url, Array.from({ length }, (_, index) => list!.at(from + index))];
  });
