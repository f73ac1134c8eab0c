import { expect, test } from 'vitest';
import type { SourceAhead } from '../../../packages/core/src/contract/playlist.ts';
import { KnownPlaylist } from '../../../packages/core/src/playlists/known-playlist.ts';
import { SignedAhead } from '../../../packages/core/src/playlists/signed-ahead.ts';
import { MEDIA, range, segment } from './lab.ts';

/** A source without a token for what comes. */
const sourceOf = (tokenOf: SourceAhead['tokenOf']): SourceAhead => ({
  size: 6,
  jitter: 0,
  random: () => 0,
  now: () => 80,
  endpointNow: () => 80,
  identify: (href) => href,
  tokenOf,
  isReady: () => false,
  isDenied: () => false,
  isUnderWay: () => false,
  sign: () => Promise.resolve(false),
  predict: () => Promise.resolve(false),
  renew: () => undefined,
  notePredicted: () => undefined,
});

/** Twenty segments of 4 s were requested, one in each 4 s. */
function played(): KnownPlaylist {
  const playlist = new KnownPlaylist();
  const urls = range(1, 200);
  playlist.learn({
    url: MEDIA,
    isLive: false,
    learntAt: 0,
    lastSegments: urls.slice(-4).map((uri) => ({ uri, parts: [], seconds: 4 })),
    addTo: (order) => order.learnList(new Map(urls.map((url) => [url, 'segment'])), urls[0]!),
  });
  for (let n = 1; n <= 20; n++) playlist.noteAsked(segment(n), 4 * n, true);
  return playlist;
}

test('a batch goes by the lifetime of tokens that open one URL, not by that of a folder', () => {
  const playlist = played();
  const ahead = (opens: 'url' | 'folder', lifetime: number): string[] =>
    new SignedAhead(sourceOf(() => ({ opens, lifetime, rest: lifetime }))).listedLackedBy(playlist, 1);
  expect(ahead('folder', 6 * 3600), 'nothing is known of those that open one').toEqual(range(21, 26));
  expect(ahead('url', 20)).toEqual(range(21, 23));
  expect(ahead('folder', 6 * 3600), 'as before').toEqual(range(21, 23));
});

test('a listed name that was answered without a token is asked for again after ten seconds', () => {
  let now = 80;
  const ahead = new SignedAhead({ ...sourceOf(() => undefined), now: () => now });
  const playlist = played();
  ahead.noteUnanswered(segment(21));
  now += 9.9;
  expect(ahead.listedLackedBy(playlist, 1)).not.toContain(segment(21));
  now += 0.1;
  expect(ahead.listedLackedBy(playlist, 1)).toContain(segment(21));
});

test('a playlist whose next names nobody can know is due for none of them', () => {
  const ahead = new SignedAhead(sourceOf(() => ({ opens: 'url', lifetime: 20, rest: 20 })));
  expect(ahead.restOfDue(played())).toBeUndefined();
});
