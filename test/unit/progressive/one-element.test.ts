import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Token } from 'secure-token-core';
import { secureVideo } from '../../../packages/progressive/src/index.ts';
import { FakeMedia, stubPage } from '../../support/fake-media.ts';

const film = 'https://cdn.example.com/film.mp4';
const other = 'https://other.example.org/other.mp4';
const trailer = 'https://elsewhere.example.com/trailer.mp4';
const TTL = 60;
let status = 206;
/** The URL of one request that the edge refuses. */
let refused: string | undefined;

/** Keeps a position that is requested before the metadata, as the HTML Standard says, and browsers do. */
class Media extends FakeMedia {
  static readonly HAVE_FUTURE_DATA = 3;
  start = 0;
  override get currentTime(): number {
    return this.start || this.time;
  }
  override set currentTime(time: number) {
    if (this.readyState === 0) this.start = time;
    else this.time = time;
  }
  override arrive(duration: number): void {
    this.time = this.start;
    this.start = 0;
    super.arrive(duration);
  }
}

beforeEach(() => {
  status = 206;
  refused = undefined;
  vi.useFakeTimers();
  stubPage((url) => (url === refused ? 410 : status));
  vi.stubGlobal('HTMLMediaElement', Media);
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});
const later = (seconds: number): Promise<unknown> => vi.advanceTimersByTimeAsync(seconds * 1000);

interface How {
  readonly carrier?: Partial<Token>;
  /** The time that each call takes. */
  afterSeconds?: number;
}

let calls = 0;
const open = (media: FakeMedia, url: string, how: How = {}) =>
  secureVideo(media as unknown as HTMLMediaElement, url, {
    getTokens: async (): Promise<Token> => {
      calls++;
      const query = { st: `${calls}` };
      const { carrier, afterSeconds } = how;
      if (afterSeconds) await new Promise((resolve) => setTimeout(resolve, afterSeconds * 1000));
      return { url, expires: Date.now() / 1000 + TTL, query, ...carrier };
    },
  });

/** Plays `film` for 100 seconds in `media`. */
async function playing(media: FakeMedia, how?: How) {
  const secure = await open(media, film, how);
  media.arrive(600);
  await media.play();
  media.time = 100;
  media.tell('timeupdate');
  await later(0.1);
  return secure;
}

/** As `load()` of the page: the browser pauses the element without an event `pause`. */
function load(media: FakeMedia): void {
  Object.assign(media, { paused: true, time: 0, readyState: 0 });
  media.tell('abort', 'emptied', 'loadstart');
}

/** The page gives the element another source. */
function replace(media: FakeMedia): void {
  media.src = trailer;
  media.tell('abort', 'emptied', 'loadstart');
  media.arrive(30);
}

/** The picture halts once the token is dead, and nothing arrives. */
async function halt(media: FakeMedia): Promise<void> {
  await later(TTL + 5);
  media.readyState = 2;
  media.tell('waiting');
  await later(0.1);
}

describe('another call for an element', () => {
  test('another film begins at its beginning, where the page has sought in the first film before its metadata', async () => {
    const media = new Media();
    await open(media, film);
    media.currentTime = 300;
    const second = open(media, other);
    await later(0.1);
    media.arrive(600);
    await second;
    expect(media.time).toBe(0);
  });

  test.each([
    ['another film: shown', other, ['abort', 'emptied', 'loadstart']],
    ['the same film: hidden', film, []],
  ])('events of a change of source to %s', async (_, url, heard) => {
    const media = new Media();
    await playing(media);
    const second = open(media, url);
    await later(0.1);
    const seen: string[] = [];
    // after our listeners, because Node knows no capture
    for (const type of ['abort', 'emptied', 'loadstart']) media.addEventListener(type, () => seen.push(type));
    media.tell('abort', 'emptied', 'loadstart');
    media.arrive(600);
    await second;
    expect(seen).toEqual(heard);
  });
});

describe('while the first token is fetched', () => {
  test('a page that sets another source keeps it, and the call rejects with AbortError', async () => {
    const media = new Media();
    const opened = open(media, film, { afterSeconds: 1 });
    const rejected = expect(opened).rejects.toMatchObject({ name: 'AbortError' });
    await later(0.1);
    media.src = trailer;
    media.tell('emptied', 'loadstart');
    await later(2);
    await rejected;
    expect(media.src).toBe(trailer);
    media.arrive(30);
    await media.play();
    expect(Object.hasOwn(media, 'currentTime')).toBe(false);
  });

  test('a page that sets a stream keeps it', async () => {
    const media = Object.assign(new Media(), { srcObject: null as object | null });
    const opened = open(media, film, { afterSeconds: 1 });
    const rejected = expect(opened).rejects.toMatchObject({ name: 'AbortError' });
    await later(0.1);
    media.srcObject = {};
    await later(2);
    await rejected;
    expect(media.sources).toEqual([]);
  });

  test('a page that takes away the stream of the element gets the film', async () => {
    const stream: { srcObject: object | null } = { srcObject: {} };
    const media = Object.assign(new Media(), stream);
    media.src = trailer;
    const opened = open(media, film, { afterSeconds: 1 });
    await later(0.1);
    media.srcObject = null;
    media.tell('emptied', 'loadstart');
    await later(2);
    await opened;
    expect(media.src.startsWith(film)).toBe(true);
  });

  test('a page that sets another film under a stream, which stays, keeps that film', async () => {
    const media = Object.assign(new Media(), { srcObject: {} });
    const opened = open(media, film, { afterSeconds: 1 });
    const rejected = expect(opened).rejects.toMatchObject({ name: 'AbortError' });
    await later(0.1);
    media.src = trailer;
    await later(2);
    await rejected;
    expect(media.src).toBe(trailer);
  });

  test('a page that sets the same film itself gets it signed', async () => {
    const media = new Media();
    const opened = open(media, film, { afterSeconds: 1 });
    await later(0.1);
    media.src = film;
    await later(2);
    await opened;
    expect(media.src).toMatch(/^https:\/\/cdn\.example\.com\/film\.mp4\?st=/);
  });

  test('an element that the page empties and pauses gets the film, and stays paused', async () => {
    const media = new Media();
    const first = await playing(media);
    const second = open(media, other, { afterSeconds: 1 });
    await later(0.1);
    first.destroy();
    media.src = '';
    load(media);
    await later(2);
    media.arrive(600);
    await second;
    expect([media.src.startsWith(other), media.paused]).toEqual([true, true]);
  });
});

describe('a source that the page sets stays', () => {
  test('while a refused film gets another token', async () => {
    const media = new Media();
    const how: How = {};
    await playing(media, how);
    how.afterSeconds = 2;
    status = 410;
    media.fail(2);
    await later(1);
    replace(media);
    await later(20);
    expect(media.src).toBe(trailer);
  });

  test('while a stalled film, which the edge refuses, gets another token', async () => {
    const media = new Media();
    const how: How = {};
    await playing(media, how);
    how.afterSeconds = 2;
    status = 410;
    Object.assign(media, { readyState: 2, seeking: true });
    media.tell('stalled');
    await later(1);
    replace(media);
    await later(20);
    expect(media.src).toBe(trailer);
  });

  test('during the pause before another try', async () => {
    const media = new Media();
    await playing(media);
    for (const seconds of [10, 10, 0.01]) {
      media.fail(2);
      await later(seconds);
    }
    replace(media);
    await later(20);
    expect(media.src).toBe(trailer);
  });
});

test('a film that fails just after a seek, and is at 0 then, continues at the position of the seek', async () => {
  const media = new Media();
  await playing(media);
  media.time = 300;
  media.tell('seeking');
  media.time = 0;
  media.fail(2);
  await later(0.1);
  media.arrive(600);
  expect([media.sources.length, media.time]).toEqual([2, 300]);
});

test('a seek during a change of source is made again after destroy() if the new source starts elsewhere', async () => {
  const media = new Media();
  const secure = await playing(media);
  await halt(media);
  media.currentTime = 200;
  secure.destroy();
  media.start = 0;
  media.arrive(600);
  expect([media.sources.length, media.time]).toEqual([2, 200]);
});

test('a paused film that stalls because the edge refuses its live token gets another token', async () => {
  const media = new Media();
  await playing(media);
  media.pause();
  const before = media.src;
  refused = before;
  media.readyState = 2;
  media.tell('stalled');
  await later(0.1);
  expect(media.sources).toEqual([before, `${film}?st=${calls}`]);
  expect(media.src).not.toBe(before);
});

describe('an element that the page has paused stays paused', () => {
  test('at the next change of source, if load() of the page has paused it without an event', async () => {
    const media = new Media();
    await playing(media);
    await later(TTL + 5);
    load(media);
    media.arrive(600);
    media.time = 300;
    media.seeking = true;
    media.tell('seeking');
    await later(0.1);
    expect([media.sources.length, media.paused]).toEqual([2, true]);
  });
});

test.each(['the first one of an element', 'one after another', 'the same again'])(
  'autoplay starts a film whose first source has failed: %s',
  async (which) => {
    const media = Object.assign(new Media(), { autoplay: true });
    if (which !== 'the first one of an element') {
      await open(media, which === 'the same again' ? film : other);
      Object.assign(media, { played: { length: 1 }, ended: true });
      media.pause();
    }
    const pause = vi.spyOn(Media.prototype, 'pause');
    await open(media, film);
    media.fail(2);
    await later(10);
    media.arrive(600);
    await later(1);
    expect([media.src.startsWith(film), pause.mock.calls.length]).toEqual([true, 0]);
    pause.mockRestore();
  },
);

test('preload that the page sets while a paused element without a picture gets its source stays', async () => {
  const media = Object.assign(new Media(), { preload: 'none' });
  await open(media, film);
  media.preload = 'auto';
  media.arrive(600);
  await later(1);
  expect(media.preload).toBe('auto');
});

test('preload that the page sets while the source changes stays', async () => {
  const media = Object.assign(new Media(), { preload: 'metadata' });
  await playing(media);
  await halt(media);
  expect(media.preload).toBe('auto');
  media.preload = 'none';
  media.arrive(600);
  await later(1);
  expect(media.preload).toBe('none');
});
