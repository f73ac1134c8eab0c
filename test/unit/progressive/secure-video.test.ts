import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Token } from 'secure-token-core';
import { SecureTokenError } from 'secure-token-core';
import type { AdapterSource } from 'secure-token-core/adapter';
import { workerQuestion } from 'secure-token-core/adapter';
import { createTokenSource, secureVideo } from '../../../packages/progressive/src/index.ts';
import { FakeMedia, stubPage } from '../../support/fake-media.ts';

const url = 'https://cdn.example.com/film.mp4';
const TTL = 60;

let status: number;
let failWith: SecureTokenError | undefined;
let carrier: Partial<Token>;
let calls: number;
beforeEach(() => {
  vi.useFakeTimers();
  vi.spyOn(Math, 'random').mockReturnValue(0.5);
  status = 206;
  failWith = undefined;
  carrier = {};
  calls = 0;
  stubPage(() => status);
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const later = (seconds: number): Promise<unknown> => vi.advanceTimersByTimeAsync(seconds * 1000);

/** An element that plays `url`, ten seconds in, and whose token is dead. */
async function openExpired(duration: number, media = new FakeMedia()) {
  const getTokens = async (): Promise<Token> => {
    calls++;
    if (failWith) throw failWith;
    return { url, expires: Date.now() / 1000 + TTL, query: { st: `${calls}` }, ...carrier };
  };
  const seen: unknown[] = [];
  const secure = await secureVideo(media as unknown as HTMLMediaElement, url, { getTokens });
  for (const type of ['swap', 'error'])
    secure.addEventListener(type, (event) =>
      seen.push((event as CustomEvent<{ error?: unknown }>).detail.error ?? type),
    );
  media.arrive(duration);
  await media.play();
  media.time = 10;
  media.tell('timeupdate');
  await later(TTL + 5);
  return { media, secure, seen, sources: () => media.sources.length };
}

/** The picture halts, and nothing arrives. */
async function halt(media: FakeMedia): Promise<void> {
  media.readyState = 2;
  media.tell('waiting');
  await later(0.1);
}

test('an outage before the first token is told, after the tries of the token source: nobody waits for ever', async () => {
  const getTokens = (): Promise<Token> => Promise.reject(Object.assign(new Error('down'), { status: 503 }));
  const opened = secureVideo(new FakeMedia() as unknown as HTMLMediaElement, url, { getTokens });
  const told = expect(opened).rejects.toMatchObject({ code: 'ERR_SIGNING_UNAVAILABLE' });
  await later(120);
  await told;
});

test.each<[string, unknown, string]>([
  ['a URL that is none', new FakeMedia(), 'http://'],
  ['no element', null, url],
  ['another element', new EventTarget(), url],
])('%s: a shared token source is given up again', async (_, media, given) => {
  const source = createTokenSource({ getTokens: () => Promise.resolve([]), protect: url }) as AdapterSource;
  const leave = vi.fn();
  const join = vi.spyOn(source, 'join').mockReturnValue(leave);
  const listen = vi.spyOn(source, 'addEventListener');
  const unlisten = vi.spyOn(source, 'removeEventListener');
  await expect(secureVideo(media as HTMLMediaElement, given, { source })).rejects.toThrow(TypeError);
  expect(leave.mock.calls).toHaveLength(join.mock.calls.length);
  expect(unlisten.mock.calls).toHaveLength(listen.mock.calls.length);
});

test.each(['service-worker', '', null, true])('via: %j is refused at once', async (via) => {
  const source = createTokenSource({ getTokens: () => Promise.resolve([]), protect: url }) as AdapterSource;
  const join = vi.spyOn(source, 'join');
  const opened = secureVideo(new FakeMedia() as unknown as HTMLMediaElement, url, { source, via } as never);
  await expect(opened).rejects.toMatchObject({
    code: 'ERR_OPTIONS',
    message: "ERR_OPTIONS: via is neither 'worker' nor 'swap'. Write one of them, or leave it out.",
  });
  expect(join).not.toHaveBeenCalled();
});

describe('secureVideo', () => {
  test('a film goes on where it was, a live stream at its edge, without a worker', async () => {
    const film = await openExpired(600);
    await halt(film.media);
    expect([film.sources(), film.media.time]).toEqual([2, 10]);
    film.secure.destroy();
    const live = await openExpired(Infinity);
    await halt(live.media);
    expect([live.sources(), live.media.time]).toEqual([2, 0]);
    live.secure.destroy();
  });

  test('a buffer that runs low without an event gets another source within half a second', async () => {
    const { media, secure, sources } = await openExpired(600);
    media.buffered = { length: 1, start: () => 0, end: () => 12 };
    await later(0.5);
    expect(sources()).toBe(2);
    secure.destroy();
  });

  test('a denial while the buffer plays is told once the picture halts, and not within two seconds', async () => {
    const { media, secure, seen } = await openExpired(600);
    failWith = new SecureTokenError('ERR_DENIED', 'no');
    media.buffered = { length: 1, start: () => 0, end: () => 12 };
    media.tell('stalled');
    await later(0.1);
    media.time = 12;
    await halt(media);
    await later(1.7);
    expect(seen).toEqual([]);
    await later(0.2);
    expect(seen).toEqual([failWith]);
    secure.destroy();
  });

  test.each([
    ['swap on a page without a worker', undefined, 'swap'],
    ['worker if one signs the URL', { controller: { scriptURL: 'https://www.example.com/w.js' } }, 'worker'],
  ])('via is %s', async (_, serviceWorker, via) => {
    vi.stubGlobal('navigator', { onLine: true, serviceWorker });
    status = workerQuestion.yes;
    const { secure } = await openExpired(600);
    expect(secure.via).toBe(via);
    secure.destroy();
  });

  test('a change of source during which the app calls destroy() is not told', async () => {
    const { media, secure, seen, sources } = await openExpired(600);
    await halt(media);
    secure.destroy();
    media.arrive(600);
    await later(1);
    expect([sources(), seen]).toEqual([2, []]);
  });

  test('a cookie goes along across origins in CORS mode', async () => {
    carrier = { query: {}, credentials: true };
    const media = Object.assign(new FakeMedia(), { crossOrigin: 'anonymous' });
    const { secure } = await openExpired(600, media);
    expect(media.crossOrigin).toBe('use-credentials');
    secure.destroy();
  });

  test('crossOrigin that the page sets while it plays stays', async () => {
    const { media, secure } = await openExpired(600);
    media.crossOrigin = 'anonymous';
    await halt(media);
    expect([media.sources.length, media.crossOrigin]).toEqual([2, 'anonymous']);
    secure.destroy();
  });

  test('an outage is waited out however long it lasts, and is no failure', async () => {
    const { media, secure, seen } = await openExpired(600);
    failWith = new SecureTokenError('ERR_SIGNING_UNAVAILABLE', 'down');
    status = 410;
    media.fail(2);
    await later(3600);
    expect([media.sources.length, seen]).toEqual([1, []]);
    failWith = undefined;
    for (let second = 0; second < 20 && media.sources.length < 2; second++) await later(1);
    media.arrive(600);
    await later(1);
    expect([media.sources.length, seen, media.time]).toEqual([2, ['swap'], 10]);
    secure.destroy();
  });

  test('failures at one place do not count any more once it has been played', async () => {
    const { media, secure, seen } = await openExpired(600);
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
    secure.destroy();
  });

  test('a denial ends playback once, and renew() goes on there', async () => {
    const { media, secure, seen } = await openExpired(600);
    failWith = new SecureTokenError('ERR_DENIED', 'no');
    status = 410;
    media.fail(2);
    await later(60);
    expect(seen).toEqual([expect.objectContaining({ code: 'ERR_DENIED' })]);
    failWith = undefined;
    await secure.renew();
    await later(0.1);
    media.arrive(600);
    await later(1);
    expect([media.sources.length, media.time, seen.length]).toEqual([2, 10, 2]);
    secure.destroy();
  });

  test('renew() of a source that is shared goes on, too, as it played', async () => {
    const { media, secure, seen } = await openExpired(600);
    failWith = new SecureTokenError('ERR_DENIED', 'no');
    status = 410;
    media.fail(4);
    // as browsers do with a source that they cannot load
    media.paused = true;
    media.tell('pause');
    await later(60);
    await secure.source.renew().catch(() => undefined);
    await later(1);
    expect(seen, 'it is denied still, which the app knows').toHaveLength(1);
    failWith = undefined;
    await secure.source.renew();
    await later(0.1);
    media.arrive(600);
    await later(1);
    expect([media.sources.length, media.time, media.paused]).toEqual([2, 10, false]);
    secure.destroy();
  });

  test('renew() leaves alone a source that the page has given since', async () => {
    const { media, secure } = await openExpired(600);
    failWith = new SecureTokenError('ERR_DENIED', 'no');
    status = 410;
    media.fail(2);
    await later(60);
    media.src = 'https://elsewhere.example.com/other.mp4';
    failWith = undefined;
    await secure.renew();
    await later(1);
    expect(media.src).toBe('https://elsewhere.example.com/other.mp4');
    secure.destroy();
  });

  test('a source that the page gives in the meantime is not touched, nor told of', async () => {
    const { media, secure, seen } = await openExpired(600);
    failWith = new SecureTokenError('ERR_DENIED', 'no');
    status = 410;
    media.fail(2);
    media.src = 'https://elsewhere.example.com/other.mp4';
    media.tell('emptied', 'loadstart');
    await later(60);
    expect([media.src, seen]).toEqual(['https://elsewhere.example.com/other.mp4', []]);
    secure.destroy();
  });
});
