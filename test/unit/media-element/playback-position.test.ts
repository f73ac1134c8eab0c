import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { PlaybackPosition } from '../../../packages/media-element/src/playback-position.ts';

/** An element as in WebKit: after a failure it is at 0, and hears of no seek. */
class Media extends EventTarget {
  static readonly HAVE_NOTHING = 0;
  static readonly NETWORK_IDLE = 1;
  static readonly NETWORK_LOADING = 2;
  error: object | null = null;
  duration = 600;
  readyState = 4;
  networkState = 1;
  time = 50;
  get currentTime(): number {
    return this.error ? 0 : this.time;
  }
  set currentTime(time: number | string) {
    if (!Number.isFinite(+time)) throw new TypeError('no number');
    if (!this.error) this.time = +time;
  }
  /** The metadata of the next source, which starts at `time`. */
  arrive(time: number): void {
    Object.assign(this, { error: null, readyState: 1, time });
    this.dispatchEvent(new Event('loadedmetadata'));
  }
}

beforeAll(() => vi.stubGlobal('HTMLMediaElement', Media));
afterAll(() => vi.unstubAllGlobals());

const EMPTY = { readyState: 0, networkState: 0, duration: NaN };

function setUp(state: Partial<Media> = {}) {
  const media = Object.assign(new Media(), state);
  const page = { hasOurs: true };
  const position = new PlaybackPosition(media as unknown as HTMLMediaElement, () => page.hasOurs);
  return { media, page, position };
}
const isOwn = (media: Media): boolean => Object.hasOwn(media, 'currentTime');

test('a failed element is where it was, then where the viewer seeks to, and its next source starts there', () => {
  const { media, position } = setUp();
  position.note();
  media.error = {};
  position.noteFailure();
  expect(position.start).toBe(50);
  expect(media.currentTime).toBe(50);
  media.currentTime = '100' as never;
  expect(position.start).toBe(100);
  expect(media.currentTime).toBe(100);
  position.hold(position.start);
  media.arrive(0);
  expect(media.currentTime).toBe(100);
  expect(isOwn(media)).toBe(false);
});

test('a seek while the next source loads counts, and one to no number throws as in the browser', () => {
  const { media, position } = setUp({ readyState: 0 });
  position.hold(50);
  media.currentTime = 200;
  expect(() => {
    media.currentTime = NaN;
  }).toThrow(TypeError);
  media.arrive(50);
  expect(media.currentTime).toBe(200);
});

test('a second failure before the metadata, or of a source that starts at 0: at the place of the first', () => {
  for (const [start, expected] of [[300, 300] as const, [0, 0] as const]) {
    const { media, position } = setUp();
    position.hold(start);
    Object.assign(media, { error: {}, readyState: 0, time: 0 });
    position.noteFailure();
    expect(position.start).toBe(expected);
  }
});

test.each(['emptied', 'loadstart'])('another source of the page does not start where ours was to: %s', (type) => {
  const { media, page, position } = setUp({ readyState: 0, time: 0 });
  position.hold(300);
  media.time = 300;
  page.hasOurs = false;
  media.dispatchEvent(new Event(type));
  expect(media.time).toBe(0);
  expect(isOwn(media)).toBe(false);
});

test('another source of the page starts where the page wants it to', () => {
  const { media, page, position } = setUp({ readyState: 0, time: 300 });
  position.hold(300);
  page.hasOurs = false;
  media.currentTime = 300;
  media.dispatchEvent(new Event('loadstart'));
  expect(media.time).toBe(300);
});

test('a property that the page has put on the element stays', () => {
  const { media, position } = setUp();
  Object.defineProperty(media, 'currentTime', { configurable: true, get: () => 7 });
  position.hold(50);
  media.arrive(50);
  expect(media.currentTime).toBe(7);
});

test('a live stream starts where its playlist says, and a seek is not held', () => {
  const { media, position } = setUp({ duration: Infinity });
  expect(position.isLive).toBe(true);
  expect(position.start).toBe(undefined);
  expect(position.current).toBe(50);
  position.hold(undefined);
  expect(isOwn(media)).toBe(false);
  media.duration = NaN;
  position.noteDuration();
  expect(position.isLive, 'a source that loads has no duration yet').toBe(true);
});

test.each<[string, Partial<Media>, isSame: boolean, expected: number | undefined]>([
  ['the same film goes on', {}, true, 50],
  ['the same film, live: at its edge', { duration: Infinity }, true, undefined],
  ['another film begins at its beginning', {}, false, 0],
  ['another film after a live stream begins at its beginning', { duration: Infinity }, false, 0],
  ['another film in an empty element: where the page wants it to', EMPTY, false, 50],
])('the start of a first source: %s', (_, state, isSame, expected) => {
  const { position } = setUp(state);
  position.prepare(isSame);
  expect(position.takeFirstStart(isSame)).toBe(expected);
});

test('the start of a first source: where the page has sought since the call, in the same film and in another', () => {
  for (const isSame of [true, false]) {
    const { media, position } = setUp();
    position.prepare(isSame);
    media.currentTime = 7;
    expect(position.takeFirstStart(isSame)).toBe(7);
  }
});

test('a second call while the source of the first loads: its position is that of the same film only', () => {
  for (const [isSame, expected] of [
    [true, 300],
    [false, 0],
  ] as const) {
    const { media, position } = setUp({ readyState: 0 });
    position.hold(300);
    Object.assign(media, { time: 300, networkState: 3 });
    const next = new PlaybackPosition(media as unknown as HTMLMediaElement, () => true);
    next.prepare(isSame);
    expect(next.takeFirstStart(isSame)).toBe(expected);
  }
});

test('a first source that does not come leaves nothing on the element', () => {
  const { media, position } = setUp(EMPTY);
  position.prepare(false);
  media.currentTime = 7;
  position.leave();
  expect(media.time).toBe(7);
  expect(isOwn(media)).toBe(false);
});
