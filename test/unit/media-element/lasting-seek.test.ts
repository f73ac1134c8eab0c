import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { LastingSeek } from '../../../packages/media-element/src/lasting-seek.ts';

/** An element as in WebKitGTK: after a failure it drops a seek. */
class Media extends EventTarget {
  static readonly HAVE_NOTHING = 0;
  error: object | null = null;
  src: string | null = 'https://cdn.example.com/film.mp4';
  readyState = 4;
  time = 50;
  sets = 0;
  getAttribute(): string | null {
    return this.src;
  }
  querySelector(): null {
    return null;
  }
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

  /** One whose next source has no metadata yet, and is to start at 100. */
  const setUp = () => {
    const media = new Media();
    const page = { hasOurSource: true };
    const seek = open(media, () => page.hasOurSource);
    seek.begin();
    Object.assign(media, { readyState: 0, currentTime: 100 });
    const tell = (type: string): boolean => media.dispatchEvent(new Event(type));
    const load = (at: number): number => {
      Object.assign(media, { readyState: 1, time: at });
      tell('loadedmetadata');
      return media.time;
    };
    return { media, page, seek, tell, load, isOwn: () => Object.hasOwn(media, 'currentTime') };
  };

  test.for(['abort', 'emptied', 'loadstart'])('a source of the page (%s) does not start where ours was to', (type) => {
    const { media, page, seek, tell, isOwn } = setUp();
    page.hasOurSource = false;
    tell(type);
    expect([media.time, seek.asked, isOwn()]).toEqual([0, undefined, false]);
  });

  test('a source of the page, also after end(): it does not start where ours was to', () => {
    const { media, page, seek, tell, isOwn } = setUp();
    seek.end();
    expect([media.time, isOwn()]).toEqual([100, true]);
    page.hasOurSource = false;
    tell('emptied');
    expect([media.time, isOwn()]).toEqual([0, false]);
  });

  test.for([
    [7, false],
    [7, true],
    [100, false],
    [100, true],
  ] as const)('a source of the page starts at %s, where the page says, after end(): %s', ([at, isOver]) => {
    const { media, page, seek, tell, isOwn } = setUp();
    if (isOver) seek.end();
    page.hasOurSource = false;
    media.currentTime = at;
    tell('emptied');
    expect([media.time, isOwn()]).toEqual([at, false]);
  });

  test('a source of the page that has metadata is left where it is', () => {
    const { media, page, tell } = setUp();
    page.hasOurSource = false;
    media.readyState = 1;
    tell('loadstart');
    expect(media.time).toBe(100);
  });

  test('the events of a source of ours that loads end nothing', () => {
    const { seek, tell, load, isOwn } = setUp();
    for (const type of ['abort', 'emptied', 'loadstart']) tell(type);
    expect([seek.asked, load(0), isOwn()]).toEqual([100, 100, true]);
  });

  test('where nothing was asked, metadata change nothing', () => {
    const media = new Media();
    open(media).begin();
    media.dispatchEvent(new Event('loadedmetadata'));
    expect([media.time, media.sets]).toEqual([50, 0]);
  });

  test('end() without metadata: it is over with these, and the next source starts where the element says', () => {
    const { media, page, seek, tell, load, isOwn } = setUp();
    seek.end();
    media.currentTime = 200;
    expect([load(0), isOwn()]).toEqual([200, false]);
    Object.assign(media, { readyState: 0, time: 100 });
    page.hasOurSource = false;
    tell('emptied');
    expect(media.time).toBe(100);
  });

  test('stop(): the next source starts where the element says', () => {
    const { media, page, seek, tell, isOwn } = setUp();
    seek.stop();
    page.hasOurSource = false;
    tell('emptied');
    expect([media.time, isOwn()]).toEqual([100, false]);
  });

  test('metadata of a source of the page change nothing, and end it', () => {
    const { page, load, isOwn } = setUp();
    page.hasOurSource = false;
    expect([load(0), isOwn()]).toEqual([0, false]);
  });

  test('begin() after end() keeps what is asked for from then on', () => {
    const { media, seek, isOwn, load } = setUp();
    seek.end();
    seek.begin();
    media.currentTime = 200;
    expect([seek.asked, load(0), isOwn()]).toEqual([200, 200, true]);
  });

  test('another one for the same film takes the place of one that is over, and starts where that was to', () => {
    const { media, seek, tell, isOwn } = setUp();
    seek.end();
    const next = open(media);
    next.begin();
    expect([media.currentTime, next.asked]).toEqual([100, undefined]);
    next.end();
    expect(isOwn()).toBe(false);
    tell('emptied');
    expect(media.time).toBe(100);
  });

  /** As `setUp`, with another film to come. */
  const setUpAnother = () => {
    const { media, page, seek, ...rest } = setUp();
    seek.end();
    const next = open(media, () => page.hasOurSource);
    next.beginAnother();
    return { media, page, next, ...rest };
  };

  test('another film to come: until it is there the one before goes where it was asked to', () => {
    const { media, next, load } = setUpAnother();
    expect([media.currentTime, next.asked, load(100), next.asked]).toEqual([100, undefined, 100, undefined]);
    next.leaveFormer();
    expect(media.time).toBe(100);
  });

  test('another film to come: the one before is asked again where it has started elsewhere', () => {
    expect(setUpAnother().load(0)).toBe(100);
  });

  test('another film that comes does not start where the one before was to', () => {
    const { media, next } = setUpAnother();
    next.leaveFormer();
    expect([media.time, next.asked]).toEqual([0, undefined]);
  });

  test('another film in an element that the page has emptied does not start where the one before was to', () => {
    const { media, next } = setUpAnother();
    media.src = null;
    next.leaveFormer();
    expect([media.time, next.asked]).toEqual([0, undefined]);
  });

  test('another film does not start where the page has sought in the one before, which has no metadata yet', () => {
    const media = Object.assign(new Media(), { readyState: 0, time: 300 });
    const next = open(media);
    next.beginAnother();
    next.leaveFormer();
    expect([media.time, next.asked]).toEqual([0, undefined]);
  });

  test.each([null, ''])('a film in an element without a source (%j) starts where the page has said before', (src) => {
    const media = Object.assign(new Media(), { readyState: 0, src, time: 300 });
    const next = open(media);
    next.beginAnother();
    next.leaveFormer();
    expect(media.time).toBe(300);
  });

  test('another film starts where the page says', () => {
    const { media, next, isOwn } = setUpAnother();
    media.currentTime = 7;
    next.leaveFormer();
    expect([media.time, next.asked, isOwn()]).toEqual([7, 7, true]);
  });

  test('another film that does not come: the one before goes where it was to, a source of the page does not', () => {
    const { media, page, next, tell, isOwn } = setUpAnother();
    next.returnToFormer();
    expect(media.time).toBe(100);
    page.hasOurSource = false;
    tell('emptied');
    expect([media.time, isOwn()]).toEqual([0, false]);
  });

  test('another film that does not come, and a third one: neither starts where the first was to', () => {
    const { media, next } = setUpAnother();
    next.returnToFormer();
    const third = open(media);
    third.beginAnother();
    third.leaveFormer();
    expect(media.time).toBe(0);
  });

  test('another film that does not come, and a wish for it: the element keeps that', () => {
    const { media, page, next, tell, isOwn } = setUpAnother();
    media.currentTime = 7;
    next.returnToFormer();
    expect(isOwn()).toBe(false);
    page.hasOurSource = false;
    tell('emptied');
    expect(media.time).toBe(7);
  });

  test('a source of the page while another film is to come does not start where the one before was to', () => {
    const { media, page, tell } = setUpAnother();
    page.hasOurSource = false;
    tell('emptied');
    expect(media.time).toBe(0);
  });

  test('one whose place another one has taken takes nothing away from that', () => {
    const { media, seek } = setUp();
    open(media).begin();
    media.currentTime = 200;
    seek.stop();
    const third = open(media);
    third.beginAnother();
    third.leaveFormer();
    expect(media.time).toBe(0);
  });

  test('another film in an emptied element starts at its beginning, though an earlier LastingSeek stops late', () => {
    const { media, seek } = setUp();
    open(media).begin();
    media.currentTime = 200;
    seek.stop();
    media.src = null;
    const third = open(media);
    third.beginAnother();
    third.leaveFormer();
    expect(media.time).toBe(0);
  });

  test('a property that the page puts over a part of ours stays', () => {
    const { media, seek } = setUp();
    const ours = Object.getOwnPropertyDescriptor(media, 'currentTime')!;
    Object.defineProperty(media, 'currentTime', { ...ours, get: () => 7 });
    seek.stop();
    expect(media.currentTime).toBe(7);
  });

  test('a page that takes our property away changes nothing of its end', () => {
    const { media, page, seek } = setUp();
    Reflect.deleteProperty(media, 'currentTime');
    page.hasOurSource = false;
    expect(() => seek.end()).not.toThrow();
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
