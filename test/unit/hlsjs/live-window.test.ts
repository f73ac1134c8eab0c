import type Hls from 'hls.js';
import type { LoaderContext } from 'hls.js';
import { describe, expect, test } from 'vitest';
import { hasLeftWindow, isLeftBehindBy } from '../../../packages/hlsjs/src/live-window.ts';

/** A live playlist of three segments of two seconds, loaded a second ago. */
const playlist = { live: true, startSN: 20, age: 1, totalduration: 6 };

describe('hasLeftWindow', () => {
  test.each([
    ['a segment before the first one of the playlist', 19, playlist],
    ['a segment of a playlist that is older than its window', 22, { ...playlist, age: 7 }],
  ])('%s: it may be gone', (_, sn, details) => expect(hasLeftWindow({ sn }, details)).toBe(true));

  test.each([
    ['the first segment of the playlist', 20, playlist],
    ['a segment on demand, however old the playlist is', 3, { ...playlist, live: false, age: 7000 }],
    ['an init segment', 'initSegment' as const, playlist],
  ])('%s: it should be there', (_, sn, details) => expect(hasLeftWindow({ sn }, details)).toBe(false));
});

describe('isLeftBehindBy', () => {
  const old = { details: { ...playlist, age: 60 } };
  const hls = { levels: [{ details: playlist }, old], audioTracks: [old], subtitleTracks: [] } as unknown as Hls;
  const asks = (context: object): LoaderContext => ({ url: '', responseType: 'text', ...context }) as LoaderContext;

  test.each([
    ['main', 0, false],
    ['main', 1, true],
    ['audio', 0, true],
    ['subtitle', 0, false],
  ])('%s segment of rendition %i: by the playlist of that one', (type, level, isLeft) =>
    expect(isLeftBehindBy(hls, asks({ frag: { type, level, sn: 21 } }))).toBe(isLeft),
  );

  test('a playlist is never left behind', () => expect(isLeftBehindBy(hls, asks({ type: 'level' }))).toBe(false));
});
