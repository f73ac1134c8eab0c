import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { PlaybackPosition } from '../../../packages/media-element/src/playback-position.ts';

/** An element as in WebKit: after a failure it is at 0. */
class Media extends EventTarget {
  static readonly HAVE_NOTHING = 0;
  error: object | null = null;
  duration = 600;
  readyState = 4;
  seeking = false;
  time = 50;
  src: string | null = 'https://cdn.example.com/film.mp4';
  getAttribute(): string | null {
    return this.src;
  }
  querySelector(): null {
    return null;
  }
  get currentTime(): number {
    return this.error ? 0 : this.time;
  }
  set currentTime(time: number) {
    if (!this.error) this.time = time;
  }
}

beforeAll(() => vi.stubGlobal('HTMLMediaElement', Media));
afterAll(() => vi.unstubAllGlobals());

const setUp = (state: Partial<Media> = {}) => {
  const media = Object.assign(new Media(), state);
  const page = { hasOurSource: true };
  return {
    media,
    page,
    position: new PlaybackPosition(media as unknown as HTMLMediaElement, () => page.hasOurSource),
  };
};

describe('PlaybackPosition', () => {
  test('is where the element plays, noted or not', () => {
    const { media, position } = setUp();
    media.time = 55;
    position.note();
    media.time = 60;
    expect([position.current, position.start, position.last]).toEqual([60, 60, 55]);
    position.keep();
    expect(position.last).toBe(60);
  });

  test('of an element that has failed is where it was, until it is asked to go elsewhere', () => {
    const { media, position } = setUp();
    position.note();
    media.error = {};
    position.noteFailure();
    expect([position.current, position.start]).toEqual([50, 50]);
    media.currentTime = 100;
    expect([position.current, position.start]).toEqual([100, 100]);
    position.release();
    expect([position.current, Object.hasOwn(media, 'currentTime')]).toEqual([50, false]);
  });

  test('takeFirstStart: the same film goes on where the element is, live at the edge', () => {
    expect(setUp().position.takeFirstStart(false)).toBe(50);
    expect(setUp({ duration: Infinity }).position.takeFirstStart(false)).toBeUndefined();
  });

  test('takeFirstStart: the same film in an element that had failed goes where the page has asked to go since', () => {
    const { media, position } = setUp({ error: {} });
    Object.defineProperty(media, 'currentTime', { value: 200 });
    expect(position.takeFirstStart(false)).toBe(200);
  });

  test('takeFirstStart: the same film in an element that fails meanwhile, and is at 0 then: where it was', () => {
    const { media, position } = setUp();
    media.error = {};
    expect(position.takeFirstStart(false)).toBe(50);
  });

  test('takeFirstStart: another film starts at its beginning, also after a live stream', () => {
    for (const duration of [600, Infinity]) {
      const { position } = setUp({ duration });
      position.expectAnotherFilm();
      expect([position.takeFirstStart(false), position.isLive]).toEqual([0, false]);
    }
  });

  test('takeFirstStart: another film starts where the page has asked to go since', () => {
    const { media, position } = setUp();
    position.expectAnotherFilm();
    media.currentTime = 7;
    expect(position.takeFirstStart(false)).toBe(7);
    media.currentTime = 0;
    expect(position.takeFirstStart(false)).toBe(0);
  });

  test('forgo: an element that has never had a source of ours still starts where the page wants it to', () => {
    const { media, position } = setUp({ readyState: 0, src: null });
    position.expectAnotherFilm();
    media.currentTime = 7;
    position.forgo();
    expect(Object.hasOwn(media, 'currentTime')).toBe(false);
    const next = new PlaybackPosition(media as unknown as HTMLMediaElement, () => true);
    next.expectAnotherFilm();
    expect(next.takeFirstStart(false)).toBe(7);
  });

  test('without metadata a position may be that of the source before: a failure does not lead there', () => {
    const { media, position } = setUp({ readyState: 0 });
    media.error = {};
    position.noteFailure();
    expect(position.start).toBe(0);
  });

  test('takeFirstStart: a film that the page has given the element since goes on where it is', () => {
    const { position } = setUp();
    position.expectAnotherFilm();
    expect(position.takeFirstStart(true)).toBe(50);
  });

  test('takeFirstStart: an element without a source starts where the page wants it to start', () => {
    const { position } = setUp({ readyState: 0, src: null });
    position.expectAnotherFilm();
    expect(position.takeFirstStart(false)).toBe(50);
  });

  test('a first source that fails at once is tried again where it was to start, not where the film before was', () => {
    const { media, position } = setUp();
    position.expectAnotherFilm();
    position.hold(position.takeFirstStart(false));
    media.error = {};
    position.noteFailure();
    expect(position.start).toBe(0);
  });

  test('a live stream starts where its playlist says, and a seek is not held', () => {
    const { media, position } = setUp({ duration: Infinity });
    expect([position.isLive, position.start, position.current]).toEqual([true, undefined, 50]);
    position.hold();
    expect(Object.hasOwn(media, 'currentTime')).toBe(false);
  });

  test('a source that loads, and has no duration yet, is live if the one before was', () => {
    const { media, position } = setUp({ duration: NaN });
    const after = (duration: number): boolean => {
      media.duration = duration;
      position.noteDuration();
      return position.isLive;
    };
    expect(position.isLive).toBe(false);
    expect([Infinity, NaN, 600, NaN].map(after)).toEqual([true, true, false, false]);
  });
});
