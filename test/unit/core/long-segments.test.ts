import { describe, expect, test } from 'vitest';
import { hlsOrDash } from 'secure-token-core/playlists';
import type { KnownPlaylist } from '../../../packages/core/src/playlists/known-playlist.ts';
import { knownFrom } from '../../support/learnt.ts';
import { MEDIA, each, fakeTime, lab, advanceSeconds, range, segment } from './lab.ts';

fakeTime();

/** Four segments of four seconds. */
const live = (last: number): string =>
  ['#EXTM3U', '#EXT-X-TARGETDURATION:4', ...range(last - 3, last, (n) => `#EXTINF:4,\n${n}.ts`), ''].join('\n');

/** A viewer who plays `behind` segments behind the live edge. @returns how often it waited */
async function watchLive(lifetime: number, behind: number): Promise<{ waits: number; requests: number; urls: number }> {
  const viewer = lab(each(lifetime));
  let waits = 0;
  for (let last = 10; last < 40; last++) {
    if (!viewer.source.signNow(MEDIA)) await viewer.source.sign(MEDIA);
    viewer.source.learn(MEDIA, hlsOrDash(live(last)));
    await advanceSeconds();
    if (!viewer.source.signNow(segment(last - behind))) {
      waits++;
      await viewer.source.sign(segment(last - behind));
    }
    await advanceSeconds(4);
  }
  const urls = viewer
    .asked()
    .flat()
    .filter((url) => url !== MEDIA).length;
  return { waits, requests: 30, urls };
}

test.each([
  [5, 0],
  [5, 2],
  [4.5, 1],
  [12, 2],
])('tokens of %f s, segments of 4 s, %i behind the live edge: signed before they are asked for', async (...how) => {
  const { waits, requests, urls } = await watchLive(...how);
  expect(waits).toBeLessThan(3);
  expect(urls / requests).toBeLessThan(2.5);
});

describe('a playlist of which is known how long its segments are', () => {
  const listed = (last: number, length: number, more = ''): string =>
    range(last - 3, last, (n) => `#EXTINF:${length},\n${n}.ts`).join('\n') + more;
  const known = (text: string, asked: string): KnownPlaylist => {
    const playlist = knownFrom(MEDIA, text);
    playlist.noteAsked(asked, 0, true);
    return playlist;
  };

  test.each([
    [1, 10],
    [30, 90],
  ])('segments of %i s: it is being played until %i s after the last request', (length, seconds) => {
    const ended = known(listed(4, length, '\n#EXT-X-ENDLIST'), '1.ts');
    expect([seconds, seconds + 0.1].map((now) => ended.isBeingPlayed(now))).toEqual([true, false]);
  });

  test('a live one also has to be reloaded, one that has ended has not', () => {
    const played = ['', '\n#EXT-X-ENDLIST'].map((end) => {
      const playlist = known(listed(4, 1, end), '1.ts');
      playlist.noteAsked('2.ts', 20, true);
      return playlist.isBeingPlayed(20);
    });
    expect(played).toEqual([false, true]);
  });

  test('as many names as last for so long, though the sums of their lengths are not exact', () => {
    expect(
      known(listed(4, 0.1), '1.ts')
        .namesWithin(0.3)
        .map(({ key }) => key),
    ).toEqual(['2.ts', '3.ts', '4.ts']);
  });

  test('the first name that is longer: a listed one, and one that comes while its token would live for so long', () => {
    expect(known(listed(4, 4), '3.ts').namesWithin(1)).toHaveLength(1);
    const edge = known(listed(4, 4), '4.ts');
    expect(edge.namesWithin(1)).toEqual([]);
    edge.lifetime = 4;
    expect(edge.namesWithin(1), 'it would end at that moment').toEqual([]);
    edge.lifetime = 5;
    expect(edge.namesWithin(1)).toHaveLength(1);
  });

  test('no more than a hundred names', () => {
    expect(known(listed(4, 0.1), '1.ts').namesWithin(60)).toHaveLength(100);
  });
});

test('a player that leaves out six URLs plays on, one that leaves out seven has sought', () => {
  const requestedWith = (second: string): number => {
    const playlist = knownFrom(MEDIA, range(1, 20, (n) => `#EXTINF:4,\n${n}.ts`).join('\n'));
    playlist.noteAsked('1.ts', 0, true);
    playlist.noteAsked(second, 4, true);
    return playlist.run.requested;
  };
  expect(['8.ts', '9.ts'].map(requestedWith)).toEqual([2, 1]);
});
