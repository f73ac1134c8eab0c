import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { CDN, START, each, fakeTime, lab, pass } from './lab.ts';

fakeTime();

const FOLDER = `${CDN}/vod/dash/`;
const MANIFEST = `${FOLDER}template.mpd`;
const segment = (rendition: number, number: number): string => `${FOLDER}s-${rendition}-${number}.m4s`;
const segments = (rendition: number, from: number, to: number): string[] =>
  Array.from({ length: to - from + 1 }, (_, index) => segment(rendition, from + index));

test('a segment of a DASH manifest is signed with those that follow, of its own rendition', async () => {
  const { source, asked } = lab(each());
  await source.sign(MANIFEST);
  source.learn(MANIFEST, readFileSync('test/media/dash/template.mpd', 'utf8'));
  await pass();
  expect(asked(), 'nobody knows yet which renditions are played').toEqual([[MANIFEST]]);
  await source.sign(`${FOLDER}init-1.m4s`);
  await source.sign(segment(1, 1));
  expect(asked()[1]).toEqual([`${FOLDER}init-1.m4s`, ...segments(1, 1, 6)]);
  for (let number = 2; number <= 10; number++) await source.sign(segment(1, number));
  await pass();
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
    source.learn(MANIFEST, manifest());
    await source.sign(segment(1, number));
    await pass(2);
  }
  const [, ...calls] = asked();
  expect(calls.flat().every((url) => url.includes('s-1-'))).toBe(true);
  expect(calls.length, 'calls for 31 segments').toBeLessThan(12);
});

test('what cannot be read is not read ahead, and nothing is thrown', () => {
  const { source } = lab(each());
  const rules = '<SegmentTemplate duration="2" media="$Number%0999999999d$.m4s"/><Representation id="1"/>';
  const manifest = `<MPD mediaPresentationDuration="PT9S"><Period><AdaptationSet>${rules}</AdaptationSet></Period></MPD>`;
  for (const text of [manifest, undefined as never]) {
    expect(() => {
      source.learn(MANIFEST, text);
    }).not.toThrow();
  }
});
