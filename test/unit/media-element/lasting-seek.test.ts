import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { LastingSeek } from '../../../packages/media-element/src/lasting-seek.ts';

/** An element as in WebKitGTK: after a failure it drops a seek. */
class Media extends EventTarget {
  error: object | null = null;
  time = 50;
  get currentTime(): number {
    return this.time;
  }
  set currentTime(time: number) {
    if (Number.isNaN(time)) throw new TypeError('not a number');
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
