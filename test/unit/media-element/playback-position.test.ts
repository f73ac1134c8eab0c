import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { PlaybackPosition } from '../../../packages/media-element/src/playback-position.ts';

/** An element as in WebKit: after a failure it is at 0. */
class Media extends EventTarget {
  error: object | null = null;
  duration = 600;
  time = 50;
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
    position.note();
    media.time = 60;
    expect([position.current, position.start, position.last]).toEqual([60, 60, 50]);
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

  test('a source of the page starts where the page says, and not where ours was asked to go last', () => {
    const { media, page, position } = setUp();
    position.hold();
    // a change of source of ours, and then a seek of the viewer
    media.currentTime = 50;
    media.currentTime = 300;
    page.hasOurSource = false;
    position.leave();
    expect([media.time, Object.hasOwn(media, 'currentTime')]).toEqual([0, false]);
    page.hasOurSource = true;
    position.hold();
    media.currentTime = 300;
    page.hasOurSource = false;
    media.currentTime = 300;
    position.leave();
    expect(media.time).toBe(300);
  });

  test('a source of the page, where nothing was asked of ours: its position stays', () => {
    const { media, page, position } = setUp();
    page.hasOurSource = false;
    position.leave();
    expect(media.time).toBe(50);
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
