import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { AdapterSource } from 'secure-token-core/adapter';
import { createTokenSource, isSecureTokenError } from 'secure-token-core';
import { hlsOrDash } from 'secure-token-core/playlists';
import { countListeners } from '../../support/count-listeners.ts';
import { namesAfter } from '../../support/learnt.ts';
import type { TokenWorker } from '../../../packages/worker/src/page/register-token-worker.ts';
import { registerTokenWorker } from '../../../packages/worker/src/page/register-token-worker.ts';
import { channel, settle } from './worker-lab.ts';

const protect = 'https://cdn.test/';
const url = 'https://cdn.test/film.mp4';
const asking = { endpoint: '/token', protect };
const hello = { secureToken: 'hello' };
const problem = { secureToken: 'problem', url, header: 'ETag' };
const question = { secureToken: 'script', url, headers: [], credentials: false };

/** `navigator.serviceWorker` of a page. */
class FakeContainer extends EventTarget {
  controller: object | null = null;
  readonly active = { scriptURL: '', postMessage: vi.fn() };
  /** The error that `register` throws. */
  failure: Error | undefined;
  takesOverAtOnce = true;
  readonly startMessages = vi.fn();
  readonly listeners = countListeners(this);

  register(script: { toString(): string }): Promise<object> {
    if (this.failure) return Promise.reject(this.failure);
    this.active.scriptURL = new URL(script.toString(), document.baseURI).href;
    if (this.takesOverAtOnce) this.controller = this.active;
    return Promise.resolve({ active: this.active });
  }

  takeOver(controller: object): void {
    this.controller = controller;
    this.dispatchEvent(new Event('controllerchange'));
  }

  /** The worker posts this. */
  tells(data: unknown, ports: MessagePort[] = [], source: object = this.active): void {
    this.dispatchEvent(Object.assign(new Event('message'), { data, ports, source }));
  }
}

let container: FakeContainer;
let workers: TokenWorker[];
let source: AdapterSource;
const getTokens = vi.fn(() => Promise.resolve({ prefix: protect, expires: 4e9, query: { st: '1' } }));

beforeEach(() => {
  container = new FakeContainer();
  workers = [];
  source = createTokenSource({ getTokens, protect }) as AdapterSource;
  vi.spyOn(console, 'warn').mockImplementation(() => undefined);
  vi.spyOn(console, 'error').mockImplementation(() => undefined);
  vi.stubGlobal('navigator', { serviceWorker: container });
  vi.stubGlobal('document', { baseURI: 'https://www.test/films/' });
});
afterEach(() => {
  for (const worker of workers) worker.destroy();
  source.destroy();
  vi.useRealTimers();
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

const register = async (options: Parameters<typeof registerTokenWorker>[1]): Promise<TokenWorker> => {
  const worker = await registerTokenWorker('/token-worker.js', options);
  workers.push(worker);
  return worker;
};
/** What the page posts on the port of `message`. */
async function heardAfter(message: unknown, from?: object): Promise<unknown[]> {
  const { port, heard, close } = channel();
  container.tells(message, [port], from);
  await settle();
  close();
  return heard;
}

describe('registration', () => {
  test('fails with ERR_OPTIONS before anything is registered, and with NotSupportedError without service workers', async () => {
    await expect(register({ endpoint: '/token' } as never)).rejects.toMatchObject({ code: 'ERR_OPTIONS' });
    expect(container.listeners()).toBe(0);
    expect(container.controller).toBe(null);
    vi.stubGlobal('navigator', {});
    await expect(register(asking)).rejects.toMatchObject({ name: 'NotSupportedError' });
  });

  test('of a file that is missing fails as the browser says, and leaves nothing behind', async () => {
    container.failure = new TypeError('bad HTTP response code (404)');
    const [destroy, leave] = [vi.spyOn(source, 'destroy'), vi.fn()];
    vi.spyOn(source, 'join').mockReturnValue(leave);
    await expect(register({ source, protect, requests: 'all' })).rejects.toBe(container.failure);
    expect(container.listeners()).toBe(0);
    expect(leave.mock.calls).toHaveLength(1);
    expect(destroy.mock.calls).toHaveLength(0);
    expect(console.warn).toHaveBeenCalledWith(expect.stringContaining('token-worker-all.js'));
  });

  test('waits until the worker controls the page, and not for another worker of the site', async () => {
    container.takesOverAtOnce = false;
    const registering = register(asking);
    await settle();
    container.takeOver({ scriptURL: 'https://www.test/other.js' });
    await settle();
    expect(workers).toEqual([]);
    container.takeOver(container.active);
    expect((await registering).controls).toBe(true);
    // of a page that is there, and that listens
    expect(container.active.postMessage.mock.calls).toEqual([[{ secureToken: 'claim' }], [{ secureToken: 'claim' }]]);
  });

  test('waits for five seconds; the worker may take over later', async () => {
    vi.useFakeTimers();
    container.takesOverAtOnce = false;
    const registering = register(asking);
    await vi.advanceTimersByTimeAsync(4999);
    expect(workers).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    const worker = await registering;
    expect(worker.controls).toBe(false);
    container.takeOver(container.active);
    expect(worker.controls).toBe(true);
  });
});

describe('a page that hands out tokens', () => {
  test('answers the worker until it is destroyed; its source stays', async () => {
    const worker = await register(source);
    expect(await heardAfter(hello)).toEqual(['here']);
    worker.destroy();
    expect(await heardAfter(hello)).toEqual([]);
    expect(container.listeners()).toBe(0);
    expect((await source.sign(url)).token).toBeDefined();
  });

  test('renews ahead of use what the worker asks for, until it is destroyed', async () => {
    vi.useFakeTimers();
    const renewed = vi.fn(() => Promise.resolve({ prefix: protect, expires: Date.now() / 1000 + 24, query: {} }));
    const own = createTokenSource({ getTokens: renewed, protect, random: () => 1 }) as AdapterSource;
    const worker = await register({ source: own, protect });
    // another player of the page comes and goes
    own.join()();
    await own.sign(url);
    await vi.advanceTimersByTimeAsync(8000);
    await own.sign(url);
    await vi.advanceTimersByTimeAsync(12_000);
    expect(renewed).toHaveBeenCalledTimes(2);
    worker.destroy();
    expect(vi.getTimerCount()).toBe(0);
    own.destroy();
  });

  test('lifts its denials when another page has renewed, and renews its own tokens', async () => {
    const worker = await register(source);
    getTokens.mockRejectedValueOnce(Object.assign(new Error('no'), { status: 403 }));
    await expect(source.sign(url)).rejects.toMatchObject({ code: 'ERR_DENIED' });
    container.tells({ secureToken: 'lift' });
    expect((await source.sign(url)).url).toBe(`${url}?st=1`);
    const { length } = getTokens.mock.calls;
    await worker.renew();
    expect(getTokens.mock.calls).toHaveLength(length + 1);
  });

  test("with requests: 'all' says whether a request carries a token, and reads playlists; otherwise it is silent", async () => {
    const learn = vi.spyOn(source, 'learn');
    const playlist = { secureToken: 'playlist', url, text: '#EXTM3U\n#EXTINF:4,\n1.ts\n#EXTINF:4,\n2.ts' };
    const media = await register(source);
    container.tells(playlist);
    expect(await heardAfter(question)).toEqual([]);
    expect(learn.mock.calls).toEqual([]);
    media.destroy();
    await register({ source, protect, requests: 'all', playlists: hlsOrDash });
    await source.sign(url);
    expect(await heardAfter(question)).toEqual([{ carries: false }]);
    expect(await heardAfter({ ...question, url: `${url}?st=1` })).toEqual([{ carries: true }]);
    expect(await heardAfter({ ...question, url: `${url}?st=0` }), 'of a server').toEqual([{ carries: false }]);
    container.tells(playlist);
    expect(namesAfter('1.ts', learn.mock.calls)).toEqual([[url, [new URL('2.ts', url).href]]]);
  });
});

describe('a page whose worker asks the endpoint', () => {
  test('is silent, and tells its listeners what the worker tells, errors as such', async () => {
    const worker = await register(asking);
    const seen: [string, { error?: unknown }][] = [];
    for (const type of ['problem', 'tokenrefused', 'tokendenied'])
      worker.addEventListener(type, (event) => seen.push([type, (event as CustomEvent<object>).detail]));
    expect(await heardAfter(hello)).toEqual([]);
    container.tells(problem);
    container.tells({ secureToken: 'event', type: 'tokenrefused', detail: { url, status: 410 } });
    const error = { code: 'ERR_DENIED', message: 'ERR_DENIED: no', url, status: 403 };
    container.tells({ secureToken: 'event', type: 'tokendenied', detail: { error } });
    expect(seen).toEqual([
      ['problem', { url, header: 'ETag' }],
      ['tokenrefused', { url, status: 410 }],
      ['tokendenied', { error: expect.objectContaining(error) as Error }],
    ]);
    expect(isSecureTokenError(seen[2]![1].error)).toBe(true);
  });

  test('renews by a request that the worker answers, and lifts denials of a worker that does not control it', async () => {
    const answers = vi.fn(() => Promise.resolve(new Response(null, { status: 204 })));
    vi.stubGlobal('fetch', answers);
    const worker = await register(asking);
    await worker.renew();
    expect(answers.mock.lastCall).toMatchObject([
      container.active.scriptURL,
      { headers: { 'secure-token-renews': '' } },
    ]);
    answers.mockResolvedValue(new Response('a script'));
    await expect(worker.renew()).rejects.toMatchObject({ code: 'ERR_SIGNING_UNAVAILABLE' });
    container.controller = null;
    container.active.postMessage.mockClear();
    await worker.renew();
    expect(container.active.postMessage.mock.calls).toEqual([[{ secureToken: 'claim' }]]);
  });
});

describe('a worker that is not ours', () => {
  const all = async (): Promise<TokenWorker> => register({ source, protect, requests: 'all' });
  const expectIgnored = async (worker: TokenWorker, from: object): Promise<void> => {
    const dispatch = vi.spyOn(worker, 'dispatchEvent');
    for (const message of [hello, question, problem]) expect(await heardAfter(message, from)).toEqual([]);
    expect(dispatch).not.toHaveBeenCalled();
  };

  test('is not answered, and not told of', async () => {
    await expectIgnored(await all(), { scriptURL: `${container.active.scriptURL}x` });
  });

  test('and was there before ours, perhaps by an attacker, is not trusted', async () => {
    const foreign = { ...container.active, scriptURL: 'https://www.test/token-worker.js?foreign' };
    vi.spyOn(container, 'register').mockResolvedValue({ active: foreign });
    vi.useFakeTimers();
    container.controller = foreign;
    const registering = all();
    await vi.advanceTimersByTimeAsync(5000);
    vi.useRealTimers();
    await expectIgnored(await registering, foreign);
  });

  test('but has replaced ours, for another page has other options, is answered: what plays goes on', async () => {
    await all();
    container.active.scriptURL = 'https://www.test/token-worker.js?other';
    expect(await heardAfter(hello)).toEqual(['here']);
    container.takeOver(container.active);
    expect(console.warn).toHaveBeenCalledWith(expect.stringContaining('other options has taken over'));
  });
});
