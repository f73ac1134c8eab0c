import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Token } from 'secure-token-core';
import { SecureTokenError } from 'secure-token-core';
import type { AdapterSource } from 'secure-token-core/adapter';
import { workerQuestion } from 'secure-token-core/adapter';
import { createTokenSource, secureVideo } from '../../../packages/progressive/src/index.ts';
import { FakeMedia, stubPage } from '../../support/fake-media.ts';

const film = 'https://cdn.example.com/film.mp4';
const other = 'https://other.example.org/other.mp4';
/** A source of the page. */
const trailer = 'https://elsewhere.example.com/trailer.mp4';
const TTL = 60;

/** Keeps a position that is requested before the metadata, as the HTML Standard says, and browsers do. */
class Media extends FakeMedia {
  static readonly HAVE_FUTURE_DATA = 3;
  start = 0;
  srcObject: object | null = null;
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

let calls: number;
let failWith: SecureTokenError | undefined;
/** Seconds that each call takes. */
let callTakes: number;
let carrier: Partial<Token>;
let statusOf: (url: string) => number;

beforeEach(() => {
  callTakes = 0;
  calls = 0;
  failWith = undefined;
  carrier = {};
  statusOf = () => 206;
  vi.useFakeTimers();
  vi.spyOn(Math, 'random').mockReturnValue(0.5);
  stubPage((url) => statusOf(url));
  vi.stubGlobal('HTMLMediaElement', Media);
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const later = (seconds: number): Promise<unknown> => vi.advanceTimersByTimeAsync(seconds * 1000);
const refuseAll = (): number => 410;

const open = (media: FakeMedia, url = film) =>
  secureVideo(media as unknown as HTMLMediaElement, url, {
    getTokens: async (): Promise<Token> => {
      const query = { st: `${++calls}` };
      if (callTakes) await new Promise((resolve) => setTimeout(resolve, callTakes * 1000));
      if (failWith) throw failWith;
      return { url, expires: Date.now() / 1000 + TTL, query, ...carrier };
    },
  });

/** Plays the film for ten seconds, and then waits. */
async function playing({ duration = 600, waits = 0, media = new Media() } = {}) {
  const secure = await open(media);
  const seen: unknown[] = [];
  for (const type of ['swap', 'error'])
    secure.addEventListener(type, (event) =>
      seen.push((event as CustomEvent<{ error?: unknown }>).detail.error ?? type),
    );
  media.arrive(duration);
  await media.play();
  media.time = 10;
  media.tell('timeupdate');
  await later(waits);
  return { media, secure, seen, sources: () => media.sources.length };
}
const withDeadToken = { waits: TTL + 5 };

/** The picture halts, and nothing arrives. */
async function halt(media: FakeMedia): Promise<void> {
  media.readyState = 2;
  media.tell('waiting');
  await later(0.1);
}

/** Plays until there is no token any more. */
async function denied(code = 2) {
  const all = await playing(withDeadToken);
  failWith = new SecureTokenError('ERR_DENIED', 'no');
  statusOf = refuseAll;
  all.media.fail(code);
  return all;
}

describe('options', () => {
  const endpoint = 'https://api.example/token';

  test.each([
    ['service-worker', "via is neither 'worker' nor 'swap'. Write one of them, or leave it out."],
    [null, "via is neither 'worker' nor 'swap'. Write one of them, or leave it out."],
  ])('via: %j is refused at once', async (via, message) => {
    const opened = secureVideo(new Media() as never, film, { endpoint, via } as never);
    await expect(opened).rejects.toMatchObject({ code: 'ERR_OPTIONS', message: `ERR_OPTIONS: ${message}` });
  });

  test('a misspelt option is refused, and what is missing is said', async () => {
    for (const [options, message] of [
      [{ endpoint, renewbefore: 5 }, "Unknown option 'renewbefore'. Did you mean 'renewBefore'?"],
      [undefined, "Give either 'endpoint' or 'getTokens'."],
    ] as const)
      await expect(secureVideo(new Media() as never, film, options as never)).rejects.toThrow(message);
  });

  test.each<[string, unknown, string]>([
    ['a URL that is none', new FakeMedia(), 'http://'],
    ['no element', null, film],
    ['another element', new EventTarget(), film],
  ])('%s: a shared token source is given up again', async (_, media, given) => {
    const source = createTokenSource({ getTokens: () => Promise.resolve([]), protect: film }) as AdapterSource;
    const leave = vi.fn();
    const join = vi.spyOn(source, 'join').mockReturnValue(leave);
    await expect(secureVideo(media as HTMLMediaElement, given, { source })).rejects.toThrow(TypeError);
    expect(leave.mock.calls).toHaveLength(join.mock.calls.length);
  });
});

test('an outage before the first token is told, after the tries of the token source: nobody waits for ever', async () => {
  failWith = new SecureTokenError('ERR_SIGNING_UNAVAILABLE', 'down');
  const told = expect(open(new Media())).rejects.toMatchObject({ code: 'ERR_SIGNING_UNAVAILABLE' });
  await later(120);
  await told;
});

describe('past the end of the token', () => {
  test('a film goes on where it was, a live stream at its edge', async () => {
    for (const [duration, start] of [
      [600, 10],
      [Infinity, 0],
    ] as const) {
      const { media, sources } = await playing({ duration, ...withDeadToken });
      await halt(media);
      media.arrive(duration);
      expect(sources()).toBe(2);
      expect(media.time).toEqual(start);
    }
  });

  test('a buffer that runs low without an event gets another source within half a second', async () => {
    const { media, sources } = await playing(withDeadToken);
    media.buffered = { length: 1, start: () => 0, end: () => 12 };
    await later(0.5);
    expect(sources()).toBe(2);
  });

  test('a denial while the buffer plays is told once the picture halts', async () => {
    const { media, seen } = await playing(withDeadToken);
    failWith = new SecureTokenError('ERR_DENIED', 'no');
    media.buffered = { length: 1, start: () => 0, end: () => 12 };
    media.tell('stalled');
    await later(0.1);
    expect(seen).toEqual([]);
    media.time = 12;
    await halt(media);
    await later(2);
    expect(seen).toEqual([failWith]);
  });

  test('endpoint away for longer: the film waits, however long, and goes on', async () => {
    const { media, seen, sources } = await playing(withDeadToken);
    failWith = new SecureTokenError('ERR_SIGNING_UNAVAILABLE', 'down');
    statusOf = refuseAll;
    media.fail(2);
    await later(3600);
    expect(sources()).toBe(1);
    expect(seen).toEqual([]);
    failWith = undefined;
    statusOf = () => 206;
    for (let second = 0; second < 20 && sources() < 2; second++) await later(1);
    media.arrive(600);
    await later(1);
    expect(sources()).toBe(2);
    expect(seen).toEqual(['swap']);
    expect(media.time).toBe(10);
  });

  test('a paused film that stalls because the edge refuses its live token gets another token', async () => {
    const { media } = await playing();
    media.pause();
    const before = media.src;
    statusOf = (url) => (url === before ? 410 : 206);
    media.readyState = 2;
    media.tell('stalled');
    await later(0.1);
    expect(media.sources).toEqual([before, `${film}?st=${calls}`]);
  });

  test('a film that fails just after a seek, and is at 0 then, goes on at the place of the seek', async () => {
    const { media, sources } = await playing();
    media.time = 300;
    media.tell('seeking');
    media.time = 0;
    media.fail(2);
    await later(0.1);
    media.arrive(600);
    expect(sources()).toBe(2);
    expect(media.time).toBe(300);
  });

  test('failures at one place do not count any more once it has been played', async () => {
    const { media, seen } = await playing(withDeadToken);
    for (let failure = 0; failure < 6; failure++) {
      media.fail(2);
      await later(60);
      media.arrive(600);
      await later(1);
    }
    media.time = 30;
    media.tell('timeupdate');
    media.time = 10;
    media.tell('seeking', 'timeupdate');
    media.fail(2);
    await later(60);
    expect(seen.filter((it) => it !== 'swap')).toEqual([]);
  });
});

describe('the edge refuses the first source, and the next one is on the way', () => {
  test.each<[string, (media: Media) => unknown, { paused: boolean; time: number; outcome: string }]>([
    ['play', (media) => media.play(), { paused: false, time: 0, outcome: 'plays' }],
    [
      'play, then pause',
      (media) => {
        const played = media.play();
        media.pause();
        return played;
      },
      { paused: true, time: 0, outcome: 'AbortError' },
    ],
    [
      'a seek, then play',
      (media) => {
        media.currentTime = 300;
        return media.play();
      },
      { paused: false, time: 300, outcome: 'plays' },
    ],
    ['nothing', () => Promise.resolve(), { paused: true, time: 0, outcome: 'plays' }],
  ])('what the viewer presses meanwhile counts: %s', async (_, press, { paused, time, outcome }) => {
    const media = new Media();
    const secure = await open(media);
    statusOf = (url) => (url.endsWith('st=1') ? 403 : 206);
    callTakes = 1;
    media.fail(4);
    await later(0.1);
    const pressed = (press(media) as Promise<void>).then(
      () => 'plays',
      (error: unknown) => (error as Error).name,
    );
    await later(2);
    media.arrive(600);
    await later(1);
    expect(media.sources).toEqual([`${film}?st=1`, `${film}?st=2`]);
    expect(media.paused).toBe(paused);
    expect(media.time).toBe(time);
    expect(await pressed).toBe(outcome);
    secure.destroy();
    expect(Object.hasOwn(media, 'play')).toBe(false);
    expect(Object.hasOwn(media, 'pause')).toBe(false);
  });

  test('a press on play does not start another film that the page sets meanwhile', async () => {
    const media = new Media();
    await open(media);
    statusOf = refuseAll;
    media.fail(4);
    const pressed = expect(media.play()).rejects.toMatchObject({ name: 'AbortError' });
    media.src = trailer;
    media.tell('emptied', 'loadstart');
    await later(60);
    await pressed;
    expect(media.paused).toBe(true);
  });
});

describe('endpoint denies', () => {
  test.each([
    ['the object', false],
    ['a shared source', true],
  ])('playback ends once; renew() of %s goes on there, as it played', async (_, isShared) => {
    const { media, secure, seen, sources } = await denied(4);
    // as browsers do with a source that they cannot load
    media.paused = true;
    media.tell('pause');
    await later(60);
    expect(seen).toEqual([failWith]);
    const renew = (): Promise<void> => (isShared ? secure.source.renew() : secure.renew());
    await renew().catch(() => undefined);
    await later(1);
    expect(seen, 'it is denied still, which the app knows').toHaveLength(1);
    failWith = undefined;
    await renew();
    await later(0.1);
    media.arrive(600);
    await later(1);
    expect(sources()).toBe(2);
    expect(media.time).toBe(10);
    expect(media.paused).toBe(false);
  });

  test.each([
    ['before the denial', 0],
    ['after it', 60],
  ])('a source that the page sets %s is neither touched nor told of', async (_, seconds) => {
    const { media, secure, seen } = await denied();
    if (seconds) await later(seconds);
    media.src = trailer;
    media.tell('emptied', 'loadstart');
    await later(60);
    failWith = undefined;
    await secure.renew();
    await later(1);
    expect(media.src).toEqual(trailer);
    expect(seen.length).toEqual(seconds ? 1 : 0);
  });
});

test.each([
  ['swap on a page without a worker', undefined, 'swap'],
  ['worker if one signs the URL', { controller: { scriptURL: 'https://www.example.com/w.js' } }, 'worker'],
])('via is %s', async (_, serviceWorker, via) => {
  vi.stubGlobal('navigator', { onLine: true, serviceWorker });
  statusOf = () => workerQuestion.yes;
  expect((await playing()).secure.via).toBe(via);
});

test('a cookie goes along across origins in CORS mode', async () => {
  carrier = { query: {}, credentials: true };
  const { media } = await playing({ media: Object.assign(new Media(), { crossOrigin: 'anonymous' }) });
  expect(media.crossOrigin).toBe('use-credentials');
});

test('a change of source during which the app calls destroy() is not told', async () => {
  const { media, secure, seen, sources } = await playing(withDeadToken);
  await halt(media);
  secure.destroy();
  media.arrive(600);
  await later(1);
  expect(sources()).toBe(2);
  expect(seen).toEqual([]);
});

describe('another call for an element', () => {
  test.each([
    ['another film: shown', other, ['abort', 'emptied', 'loadstart']],
    ['the same film: hidden', film, []],
  ])('events of a change of source to %s', async (_, url, heard) => {
    const { media } = await playing();
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

  test.each<[string, (media: Media) => unknown, string]>([
    [
      'another source: that stays',
      (media) => {
        media.src = trailer;
      },
      trailer,
    ],
    [
      'a stream: that stays',
      (media) => {
        media.srcObject = {};
      },
      '',
    ],
  ])('the page sets %s, and the call rejects with AbortError', async (_, set, expected) => {
    callTakes = 1;
    const media = new Media();
    const rejected = expect(open(media)).rejects.toMatchObject({ name: 'AbortError' });
    await later(0.1);
    set(media);
    media.tell('emptied', 'loadstart');
    await later(2);
    await rejected;
    expect(media.src).toEqual(expected);
    expect(Object.hasOwn(media, 'currentTime')).toBe(false);
  });

  test.each<[string, (media: Media) => unknown]>([
    [
      'sets the same film',
      (media) => {
        media.src = film;
      },
    ],
    [
      'empties the element',
      (media) => {
        media.src = '';
      },
    ],
    [
      'takes its stream away',
      (media) => {
        media.srcObject = null;
      },
    ],
  ])('a page that %s meanwhile gets the film signed', async (_, set) => {
    callTakes = 1;
    const media = new Media();
    media.srcObject = {};
    const opened = open(media);
    await later(0.1);
    media.srcObject = null;
    set(media);
    media.tell('emptied', 'loadstart');
    await later(2);
    await opened;
    expect(media.src).toBe(`${film}?st=1`);
  });

  test('autoplay starts a film whose first source has failed: nothing pauses it', async () => {
    const media = Object.assign(new Media(), { autoplay: true });
    await open(media, other);
    Object.assign(media, { played: { length: 1 }, ended: true });
    media.pause();
    const pause = vi.spyOn(Media.prototype, 'pause');
    await open(media);
    media.fail(2);
    await later(10);
    media.arrive(600);
    expect(media.src.startsWith(film)).toBe(true);
    expect(pause.mock.calls).toHaveLength(0);
  });
});
