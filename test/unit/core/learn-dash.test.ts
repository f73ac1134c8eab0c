import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { dash, hlsOrDash } from 'secure-token-core/playlists';
import { CDN, START, each, fakeTime, lab, advanceSeconds } from './lab.ts';

fakeTime();

const FOLDER = `${CDN}/vod/dash/`;
const MANIFEST = `${FOLDER}template.mpd`;
const segment = (rendition: number, number: number): string => `${FOLDER}s-${rendition}-${number}.m4s`;
const segments = (rendition: number, from: number, to: number): string[] =>
  Array.from({ length: to - from + 1 }, (_, index) => segment(rendition, from + index));

test('a segment of a DASH manifest is signed with those that follow, of its own rendition', async () => {
  const { source, asked } = lab(each());
  await source.sign(MANIFEST);
  source.learn(MANIFEST, hlsOrDash(readFileSync('test/media/dash/template.mpd', 'utf8')));
  await advanceSeconds();
  expect(asked(), 'nobody knows yet which renditions are played').toEqual([[MANIFEST]]);
  await source.sign(`${FOLDER}init-1.m4s`);
  await source.sign(segment(1, 1));
  expect(asked()[1]).toEqual([`${FOLDER}init-1.m4s`, ...segments(1, 1, 6)]);
  for (let number = 2; number <= 10; number++) await source.sign(segment(1, number));
  await advanceSeconds();
  expect(asked()).toHaveLength(3);
  expect(
    asked()
      .flat()
      .filter((url) => !url.includes('s-1-') && url.includes('.m4s')),
  ).toEqual([`${FOLDER}init-1.m4s`]);
});

test('live: the rendition that is played is signed ahead as the manifest goes on', async () => {
  const manifest =
    (): string => `<MPD type="dynamic" availabilityStartTime="${new Date((START - 100) * 1000).toISOString()}"
    timeShiftBufferDepth="PT8S"><Period id="0" start="PT0S"><AdaptationSet>
    <SegmentTemplate duration="2" startNumber="0" media="s-$RepresentationID$-$Number$.m4s"/>
    <Representation id="1"/><Representation id="2"/></AdaptationSet></Period></MPD>`;
  const { source, asked } = lab(each());
  await source.sign(MANIFEST);
  for (let number = 49; number < 80; number++) {
    source.learn(MANIFEST, hlsOrDash(manifest()));
    await source.sign(segment(1, number));
    await advanceSeconds(2);
  }
  const [, ...calls] = asked();
  expect(calls.flat().every((url) => url.includes('s-1-'))).toBe(true);
  expect(calls.length, 'calls for 31 segments').toBeLessThan(12);
});

test('live, tokens of hours: what is listed is little, and filled up when half of that is left', async () => {
  const manifest = `<MPD type="dynamic" availabilityStartTime="${new Date((START - 100) * 1000).toISOString()}"><Period
    id="0" start="PT0S"><AdaptationSet><SegmentTemplate duration="2" startNumber="0" media="s-1-$Number$.m4s"/>
    <Representation id="1"/></AdaptationSet></Period></MPD>`;
  const { source, asked } = lab(each(3600));
  await source.sign(MANIFEST);
  source.learn(MANIFEST, dash(manifest));
  for (let number = 47; number < 147; number++) {
    await source.sign(segment(1, number));
    await advanceSeconds(2);
  }
  // nine are listed behind the one that is played
  expect(asked().length, 'calls for 100 segments').toBeLessThanOrEqual(25);
  expect(asked().length).toBeGreaterThanOrEqual(15);
});

/** A live stream of segments of 2 s; the first `count` of them are in its timeline. */
const timelineOf = (count: number, period = '0'): string =>
  `<MPD type="dynamic" availabilityStartTime="${new Date((START - 100) * 1000).toISOString()}"><Period id="${period}"
  start="PT0S"><AdaptationSet><SegmentTemplate media="s-$RepresentationID$-$Number$.m4s"><SegmentTimeline>
  <S t="0" d="2" r="${count - 1}"/></SegmentTimeline></SegmentTemplate><Representation id="1"/><Representation id="2"/>
  </AdaptationSet></Period></MPD>`;

describe('live, by a timeline', () => {
  test.each([
    ['its URL', () => MANIFEST],
    ['a URL with another query each time', (reload: number) => `${MANIFEST}?t=${reload}`],
  ])('what a reload adds is signed for the rendition that is played: by %s', async (_, urlOf) => {
    const { source, asked } = lab(each());
    for (let count = 50; count < 60; count++) {
      source.learn(urlOf(count), hlsOrDash(timelineOf(count)));
      await advanceSeconds();
      if (count > 50) expect(source.signNow(segment(1, count)), 'signed before it is asked for').toBeDefined();
      await source.sign(segment(1, count));
      await advanceSeconds(2);
    }
    expect(
      asked()
        .flat()
        .every((url) => url.includes('s-1-')),
    ).toBe(true);
  });

  test.each([
    ['nobody has asked for anything', 0],
    ['the last request was long ago', 60],
  ])('%s: a reload signs nothing', async (_, seconds) => {
    const { source, asked } = lab(each());
    source.learn(MANIFEST, hlsOrDash(timelineOf(50)));
    if (seconds > 0) await source.sign(segment(1, 50));
    await advanceSeconds(seconds);
    const before = asked().length;
    source.learn(MANIFEST, hlsOrDash(timelineOf(60)));
    await advanceSeconds();
    expect(asked()).toHaveLength(before);
  });

  test('the period that was played is gone: a reload signs nothing, and what is asked for next is read ahead anew', async () => {
    const { source, asked } = lab(each());
    source.learn(MANIFEST, hlsOrDash(timelineOf(50)));
    await source.sign(segment(1, 50));
    const before = asked().length;
    source.learn(MANIFEST, hlsOrDash(timelineOf(60, 'next')));
    await advanceSeconds();
    expect(asked()).toHaveLength(before);
    await source.sign(segment(1, 51));
    expect(asked().at(-1)).toEqual(segments(1, 51, 57));
  });
});

test('what cannot be read is not read ahead, and nothing is thrown', () => {
  const { source } = lab(each());
  const rules = '<SegmentTemplate duration="2" media="$Number%0999999999d$.m4s"/><Representation id="1"/>';
  const manifest = `<MPD mediaPresentationDuration="PT9S"><Period><AdaptationSet>${rules}</AdaptationSet></Period></MPD>`;
  expect(() => {
    source.learn(MANIFEST, hlsOrDash(manifest));
  }).not.toThrow();
  expect(() => {
    source.learn(`${FOLDER}i.m3u8`, dash('#EXTM3U'));
  }).not.toThrow();
});
