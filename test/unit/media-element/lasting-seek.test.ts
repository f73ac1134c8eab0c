import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { LastingSeek } from '../../../packages/media-element/src/lasting-seek.ts';

/** An element as in WebKitGTK: after a failure it drops a seek. */
class Media extends EventTarget {
  static readonly HAVE_NOTHING = 0;
  error: object | null = null;
  readyState = 4;
  time = 50;
  sets = 0;
  get currentTime(): number | string {
    return this.time;
  }
  set currentTime(asked: number | string) {
    const time = Number(asked);
    if (!Number.isFinite(time)) throw new TypeError('not a number');
    this.sets++;
    if (!this.error) this.time = time;
  }
}

beforeAll(() => vi.stubGlobal('HTMLMediaElement', Media));
afterAll(() => vi.unstubAllGlobals());

const open = (media: Media, isOurs = () => true): LastingSeek =>
  new LastingSeek(media as unknown as HTMLMediaElement, isOurs);

describe('LastingSeek', () => {
  test('what is asked of an element that has failed is asked again of its next source', () => {
    const media = new Media();
    const seek = open(media);
    seek.begin();
    media.error = {};
    media.currentTime = 100;
    expect([media.currentTime, media.time, seek.asked]).toEqual([100, 50, 100]);
    media.error = null;
    media.time = 0;
    media.dispatchEvent(new Event('loadedmetadata'));
    expect(media.time).toBe(100);
    seek.end();
    expect([Object.hasOwn(media, 'currentTime'), seek.asked]).toEqual([false, undefined]);
  });

  /** One whose next source has no metadata yet, which is asked to start at 100. */
  const setUp = () => {
    const media = new Media();
    const page = { hasOurSource: true };
    const seek = open(media, () => page.hasOurSource);
    seek.begin();
    Object.assign(media, { readyState: 0, time: 0, currentTime: 100 });
    const load = (): number => {
      media.readyState = 1;
      media.dispatchEvent(new Event('loadedmetadata'));
      return media.time;
    };
    return { media, page, seek, load, isOwn: () => Object.hasOwn(media, 'currentTime') };
  };

  test('without metadata the element does not hear what is asked, and says that it is there', () => {
    const { media, seek, load } = setUp();
    expect([media.time, media.currentTime, seek.asked]).toEqual([0, 100, 100]);
    expect([load(), media.currentTime, seek.asked]).toEqual([100, 100, 100]);
  });

  test('when it has heard, it tells itself where it is', () => {
    const { media, load } = setUp();
    load();
    media.time = 103;
    expect(media.currentTime).toBe(103);
  });

  test('an element that is there already is not asked to go there', () => {
    const { media, load } = setUp();
    media.time = 100;
    expect([load(), media.sets]).toEqual([100, 0]);
  });

  test('where nothing was asked, metadata change nothing', () => {
    const media = new Media();
    open(media).begin();
    media.dispatchEvent(new Event('loadedmetadata'));
    expect([media.time, media.sets]).toEqual([50, 0]);
  });

  test('the events of a source of ours that loads end nothing', () => {
    const { media, load } = setUp();
    for (const type of ['abort', 'emptied', 'loadstart']) media.dispatchEvent(new Event(type));
    expect([media.currentTime, load()]).toEqual([100, 100]);
  });

  test('what has been given up for another source does not hold up the next end()', () => {
    const { media, page, seek, isOwn } = setUp();
    page.hasOurSource = false;
    media.dispatchEvent(new Event('emptied'));
    page.hasOurSource = true;
    seek.begin();
    expect(isOwn()).toBe(true);
    seek.end();
    expect(isOwn()).toBe(false);
  });

  test('a page that takes our property away changes nothing of its end', () => {
    const { media, page, seek } = setUp();
    Reflect.deleteProperty(media, 'currentTime');
    page.hasOurSource = false;
    expect(() => seek.end()).not.toThrow();
  });

  test('what waited for metadata is asked for to the frame', () => {
    const { media, load } = setUp();
    media.currentTime = 0.2;
    expect(load()).toBe(0.2);
  });

  test('the element goes where the last of several asks it to, which has metadata and has not told of them', () => {
    const { media, load } = setUp();
    media.readyState = 1;
    media.currentTime = 200;
    expect([media.time, load()]).toEqual([200, 200]);
  });

  test('what waits for metadata is not for a source of the page, which is where it is', () => {
    const { media, page, seek, load, isOwn } = setUp();
    page.hasOurSource = false;
    expect(media.currentTime).toBe(0);
    media.dispatchEvent(new Event('emptied'));
    expect([load(), seek.asked, isOwn()]).toEqual([0, undefined, false]);
  });

  test('a source of the page whose metadata come first of all is left alone', () => {
    const { page, load } = setUp();
    page.hasOurSource = false;
    expect(load()).toBe(0);
  });

  test('end() waits for the metadata of a source that is to start elsewhere', () => {
    const { media, seek, load, isOwn } = setUp();
    seek.end();
    expect([media.currentTime, isOwn()]).toEqual([100, true]);
    expect([load(), isOwn(), seek.asked]).toEqual([100, false, undefined]);
  });

  test('end() waits for nothing with another source', () => {
    const { page, seek, isOwn } = setUp();
    page.hasOurSource = false;
    seek.end();
    expect(isOwn()).toBe(false);
  });

  test('begin() after end(): what waits still does', () => {
    const { seek, load, isOwn } = setUp();
    seek.end();
    seek.begin();
    expect([load(), isOwn(), seek.asked]).toEqual([100, true, 100]);
  });

  test('another one for the same element takes the place of one that waits, and keeps what is asked', () => {
    const { media, seek, isOwn } = setUp();
    seek.end();
    const next = open(media);
    next.begin();
    expect([media.currentTime, seek.asked]).toEqual([0, undefined]);
    media.currentTime = 7;
    expect([media.currentTime, media.time, next.asked]).toEqual([7, 0, 7]);
    next.stop();
    expect(isOwn()).toBe(false);
  });

  test('what is no number changes nothing of what waits', () => {
    const { media, load } = setUp();
    expect(() => (media.currentTime = NaN)).toThrow(TypeError);
    expect([media.currentTime, load()]).toEqual([100, 100]);
  });

  test('an element that is within half a second of where it was asked to be is left alone', () => {
    const media = new Media();
    const seek = open(media);
    seek.begin();
    const after = (time: number): number => {
      media.currentTime = 100;
      media.time = time;
      media.dispatchEvent(new Event('loadedmetadata'));
      return media.time;
    };
    expect([99.5, 100.2, 100.5, 100.6].map(after)).toEqual([99.5, 100.2, 100.5, 100]);
    seek.end();
  });

  test('what is asked of a source of the page is not kept, nor what was asked of ours before', () => {
    const media = new Media();
    let isOurs = true;
    const seek = open(media, () => isOurs);
    seek.begin();
    media.currentTime = 100;
    isOurs = false;
    media.currentTime = 7;
    expect([media.currentTime, seek.asked]).toEqual([7, undefined]);
    seek.end();
  });

  test('what is no number is thrown, and not kept', () => {
    const media = new Media();
    const seek = open(media);
    seek.begin();
    expect(() => (media.currentTime = NaN)).toThrow(TypeError);
    expect(seek.asked).toBeUndefined();
  });

  test('what is asked for as text, as by a slider, is kept as the number that it is', () => {
    const media = new Media();
    const seek = open(media);
    seek.begin();
    Object.assign(media, { error: {}, currentTime: '100' });
    expect([media.currentTime, seek.asked]).toEqual([100, 100]);
  });

  test('a property that the page puts over ours stays', () => {
    const media = new Media();
    const seek = open(media);
    seek.begin();
    Object.defineProperty(media, 'currentTime', { value: 7, configurable: true });
    seek.end();
    expect(media.currentTime).toBe(7);
  });

  test('a property that hands on to ours keeps nothing when it is over', () => {
    const media = new Media();
    const seek = open(media);
    seek.begin();
    const ours = Object.getOwnPropertyDescriptor(media, 'currentTime')!;
    Object.defineProperty(media, 'currentTime', {
      configurable: true,
      get: () => ours.get!.call(media) as number,
      set: (time: number) => {
        ours.set!.call(media, time);
      },
    });
    seek.end();
    media.currentTime = 100;
    expect([media.time, seek.asked]).toEqual([100, undefined]);
  });

  test('a property that the page has put on the element stays', () => {
    const media = new Media();
    Object.defineProperty(media, 'currentTime', { value: 7, configurable: true });
    const seek = open(media);
    seek.begin();
    seek.end();
    expect(media.currentTime).toBe(7);
  });
});
