import { describe, expect, test } from 'vitest';
import type { SourceAhead } from '../../../packages/core/src/contract/playlist.ts';
import { KnownPlaylist } from '../../../packages/core/src/playlists/known-playlist.ts';
import { horizonOf } from '../../../packages/core/src/playlists/prediction-horizon.ts';
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
function played(url = MEDIA): KnownPlaylist {
  const playlist = new KnownPlaylist();
  learn(playlist, url);
  for (let n = 1; n <= 20; n++) playlist.noteAsked(segment(n), 4 * n, true);
  return playlist;
}

function learn(playlist: KnownPlaylist, url: string): void {
  const urls = range(1, 200);
  playlist.learn({
    url,
    isLive: false,
    learntAt: 0,
    lastSegments: urls.slice(-4).map((uri) => ({ uri, parts: [], seconds: 4 })),
    addTo: (order) => order.learnList(new Map(urls.map((url) => [url, 'segment'])), urls[0]!),
  });
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

describe('the token of a playlist itself', () => {
  type OwnToken = NonNullable<ReturnType<SourceAhead['tokenOf']>>;
  const LIFETIME = 20;
  const horizon = horizonOf(LIFETIME);
  const reloaded = (url: string): KnownPlaylist => {
    const playlist = played();
    learn(playlist, url);
    return playlist;
  };
  const aheadWith = (token: Partial<OwnToken>, more: Partial<SourceAhead> = {}): SignedAhead =>
    new SignedAhead({ ...sourceOf(() => ({ opens: 'url', lifetime: LIFETIME, rest: 1, ...token })), ...more });

  test.each<[string, boolean, Partial<OwnToken>, string]>([
    ['of one URL, which each reload has', true, {}, MEDIA],
    ['of one URL, and each reload has another', false, {}, `${MEDIA}?reload=2`],
    ['of a path, and each reload has another query', true, { opens: 'path' }, `${MEDIA}?reload=2`],
    ['of a folder, which is renewed by the clock', false, { opens: 'folder' }, MEDIA],
    ['that has ended', false, { rest: 0 }, MEDIA],
  ])('%s: a refill renews it: %s', (_, isRenewed, token, url) => {
    expect(aheadWith(token).isPlaylistToBeRenewed(reloaded(url), horizon)).toBe(isRenewed);
  });

  test('half of it is over: a refill is due, even if all that follows is signed', () => {
    const dueWith = (rest: number): number | undefined =>
      aheadWith({ rest }, { isReady: () => true }).secondsBeforeRefill(reloaded(MEDIA), horizon);
    expect(dueWith(LIFETIME / 2 + 0.1)).toBeUndefined();
    expect(dueWith(LIFETIME / 2)).toBe(horizon.fullSeconds);
  });
});
