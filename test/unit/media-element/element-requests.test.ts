import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { SecureTokenError, createTokenSource } from 'secure-token-core';
import type { AdapterSource } from 'secure-token-core/adapter';
import { PlayerEvents, workerQuestion } from 'secure-token-core/adapter';
import { ElementRequests } from '../../../packages/media-element/src/element-requests.ts';
import type { NativeSourceOptions } from '../../../packages/media-element/src/native-source-options.ts';

const url = 'https://cdn.example/film.mp4';
const NETWORK = { code: 2 } as MediaError;
const NO_SOURCE = { code: 4, message: `Format error at ${url}?st=1` } as MediaError;
const listener = { onFailure: vi.fn(), onOutage: vi.fn(), onRecovery: vi.fn() };

let source: AdapterSource;
let tokens: number;
/** What `getTokens` fails with instead of answering. */
let failure: Error | undefined;
/** The answer of the edge to a request, by the number of its token. */
let statusOf: (token: number) => number;

beforeEach(() => {
  vi.useFakeTimers();
  tokens = 0;
  failure = undefined;
  statusOf = () => 206;
  start();
  vi.stubGlobal('document', { baseURI: 'https://app.example/' });
  vi.stubGlobal('location', { origin: 'https://app.example' });
  vi.stubGlobal('fetch', async (asked: string) => {
    const status = statusOf(Number(/st=(\d+)/.exec(asked)?.[1]));
    return status ? new Response(null, { status }) : Promise.reject(new TypeError('Failed to fetch'));
  });
});
afterEach(() => {
  source.destroy();
  vi.clearAllMocks();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

function start(refusals?: number[]): void {
  const getTokens = async () => {
    if (failure) throw failure;
    return { url, expires: Date.now() / 1000 + 60, query: { st: `${++tokens}` } };
  };
  source = createTokenSource({ getTokens, ...(refusals && { refusals }) }) as AdapterSource;
}

/** Returns the requests of an element that has no source yet. */
const idle = (options: Partial<NativeSourceOptions> = {}): ElementRequests =>
  new ElementRequests(
    { source, events: new PlayerEvents(source, () => undefined), url, hiddenEvents: [], listener, ...options },
    new AbortController().signal,
    undefined,
  );

/** Returns the requests of an element that plays from a signed request. */
async function playing(isByWorker = false): Promise<ElementRequests> {
  const requests = idle();
  requests.use(await requests.sign(), isByWorker, null);
  return requests;
}

describe('an element that has failed', () => {
  test.each([401, 403, 410])('the edge answers %i once: another token, which the edge has accepted', async (status) => {
    const requests = await playing();
    statusOf = (token) => (token < 2 ? status : 206);
    expect((await requests.diagnose(NETWORK, 1))?.url).toBe(`${url}?st=2`);
  });

  test('the edge refuses whatever it gets: the error, after the third failure at one place', async () => {
    const requests = await playing();
    statusOf = () => 403;
    expect(await requests.diagnose(NETWORK, 1)).toBeUndefined();
    requests.use(await requests.sign(), false, null);
    await expect(requests.diagnose(NETWORK, 3)).rejects.toMatchObject({ code: 'ERR_TOKEN_REFUSED', url, status: 403 });
  });

  test('a 404 is no such file, unless the team says that it is a refusal', async () => {
    const requests = await playing();
    statusOf = () => 404;
    await expect(requests.diagnose(NETWORK, 1)).rejects.toMatchObject({ name: 'NotFoundError' });
    start([404]);
    const others = await playing();
    statusOf = (token) => (token < 3 ? 404 : 206);
    expect((await others.diagnose(NETWORK, 1))?.url).toBe(`${url}?st=3`);
  });

  test('a file that the browser cannot play: an error that quotes no token', async () => {
    const requests = await playing();
    expect((await requests.diagnose(NO_SOURCE, 2))?.url).toBe(`${url}?st=1`);
    const error = await requests.diagnose(NO_SOURCE, 3).catch((thrown: unknown) => thrown as DOMException);
    expect(error).toMatchObject({ name: 'EncodingError', message: expect.not.stringContaining('st=') as unknown });
  });

  test.each([0, 500])(
    'the seventh failure at one place, status %i, ends playback, however old the token',
    async (it) => {
      const requests = await playing();
      statusOf = () => it;
      expect(await requests.diagnose(NETWORK, 6)).toBeUndefined();
      await source.renew();
      await expect(requests.diagnose(NETWORK, 7)).rejects.toMatchObject({ name: 'NetworkError' });
    },
  );
});

describe('an element that waits for data', () => {
  test('a refusal is found, and another token', async () => {
    const requests = await playing();
    statusOf = (token) => (token < 2 ? 403 : 206);
    expect((await requests.findReplay())?.url).toBe(`${url}?st=2`);
  });

  test('without CORS headers, the end of a token is taken for a refusal', async () => {
    const requests = await playing();
    statusOf = () => 0;
    expect(await requests.findReplay()).toBeUndefined();
    await vi.advanceTimersByTimeAsync(61_000);
    expect((await requests.findReplay())?.url).toBe(`${url}?st=2`);
  });

  test('nothing is found if the edge lets it through or refuses all, or a worker signs', async () => {
    expect(await (await playing()).findReplay()).toBeUndefined();
    statusOf = () => 403;
    expect(await (await playing()).findReplay()).toBeUndefined();
    expect(await (await playing(true)).findReplay()).toBeUndefined();
  });

  test('a refusal of a source that the element no longer plays is none', async () => {
    const requests = await playing();
    statusOf = (token) => (token < 2 ? 403 : 206);
    const finding = requests.findReplay();
    requests.use({ ...(await requests.sign()) }, false, null);
    expect(await finding).toBeUndefined();
  });
});

test('another source helps once there is another token, and never if a worker signs', async () => {
  const [own, byWorker] = [await playing(), await playing(true)];
  expect(own.areServed()).toBe(true);
  expect(byWorker.areServed()).toBe(true);
  await source.renew();
  expect(own.areServed()).toBe(false);
  expect(byWorker.areServed()).toBe(true);
});

test.each([
  ['it signs', workerQuestion.yes, { undefined: true, worker: true, swap: false }],
  ['it does not', workerQuestion.no, { undefined: false, worker: 'NotSupportedError', swap: false }],
])('who signs on a page with a worker: %s', async (_, status, expected) => {
  vi.stubGlobal('navigator', { serviceWorker: { controller: { scriptURL: 'https://app.example/token-worker.js' } } });
  vi.stubGlobal('fetch', () => Promise.resolve(new Response(null, { status })));
  const told = async (via?: 'worker' | 'swap') =>
    idle({ via })
      .areForWorker(0)
      .catch((error: unknown) => (error as Error).name);
  expect({ undefined: await told(), worker: await told('worker'), swap: await told('swap') }).toEqual(expected);
  expect(await idle().areForWorker(2), 'a worker that has not helped').toBe(false);
});

test('a token in a header plays by the worker alone', async () => {
  const requests = idle();
  const inHeader = { ...(await requests.sign()), headers: { 'x-token': '1' } };
  expect(requests.use(inHeader, true, null).src).toBe(url);
  expect(() => requests.use(inHeader, false, null)).toThrow(expect.objectContaining({ code: 'ERR_SIGNING_RESPONSE' }));
});

test('endpoint away for longer: the player hears of it, and once of its end; a denial is no outage', async () => {
  const requests = idle();
  failure = new Error('the endpoint is away');
  const signed = requests.sign();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(listener.onOutage).toHaveBeenCalledExactlyOnceWith(
    expect.objectContaining({ code: 'ERR_SIGNING_UNAVAILABLE' }),
  );
  failure = undefined;
  await vi.advanceTimersByTimeAsync(10_000);
  expect((await signed).url).toBe(`${url}?st=1`);
  await requests.sign();
  expect(listener.onRecovery).toHaveBeenCalledOnce();
  requests.noteFailure();
  await requests.sign();
  expect(listener.onRecovery).toHaveBeenCalledTimes(2);
  failure = new SecureTokenError('ERR_DENIED', 'no');
  await source.renew().catch(() => undefined);
  await expect(requests.sign()).rejects.toMatchObject({ code: 'ERR_DENIED' });
  expect(listener.onOutage).toHaveBeenCalledOnce();
});
