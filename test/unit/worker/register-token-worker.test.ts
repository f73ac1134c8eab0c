import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { namesAfter } from '../../support/learnt.ts';
import type { TokenSource } from '../../../packages/core/src/index.ts';
import { createTokenSource, isSecureTokenError } from '../../../packages/core/src/index.ts';
import type { AdapterSource } from '../../../packages/core/src/adapter.ts';
import { hlsOrDash } from '../../../packages/core/src/playlists.ts';
import type { TokenWorker } from '../../../packages/worker/src/page/register-token-worker.ts';
import { registerTokenWorker } from '../../../packages/worker/src/page/register-token-worker.ts';
import { MEDIA_ALONE } from '../../../packages/worker/src/wire/media-alone.ts';
import { channel, settle } from './worker-lab.ts';

const protect = 'https://cdn.test/';
const url = 'https://cdn.test/film.mp4';

/** `navigator.serviceWorker` of a page. */
class FakeContainer extends EventTarget {
  controller: object | null = null;
  readonly active = { scriptURL: '', postMessage: vi.fn() };
  /** The error that `register` throws. */
  failure: Error | undefined;
  readonly startMessages = vi.fn();
  listeners = 0;

  override addEventListener(...args: Parameters<EventTarget['addEventListener']>): void {
    const { signal } = args[2] as { signal: AbortSignal };
    this.listeners++;
    signal.addEventListener('abort', () => this.listeners--);
    super.addEventListener(...args);
  }

  registered: unknown;

  register(script: { toString(): string }): Promise<object> {
    if (this.failure) return Promise.reject(this.failure);
    this.registered = script;
    this.active.scriptURL = new URL(script.toString(), document.baseURI).href;
    this.controller = this.active;
    return Promise.resolve({ active: this.active });
  }

  /** The worker posts this. */
  tells(data: unknown, ports: MessagePort[] = [], source: object = this.active): void {
    this.dispatchEvent(Object.assign(new Event('message'), { data, ports, source }));
  }
}

describe('registerTokenWorker', () => {
  let container: FakeContainer;
  let workers: TokenWorker[];

  beforeEach(() => {
    container = new FakeContainer();
    workers = [];
    vi.stubGlobal('navigator', { serviceWorker: container });
    vi.stubGlobal('document', { baseURI: 'https://www.test/films/' });
  });
  afterEach(() => {
    for (const worker of workers) worker.destroy();
    vi.unstubAllGlobals();
    vi.useRealTimers();
  });

  const getTokens = vi.fn(() => Promise.resolve({ prefix: protect, expires: 4e9, query: { st: '1' } }));
  const register = async (options: Parameters<typeof registerTokenWorker>[1]): Promise<TokenWorker> => {
    const worker = await registerTokenWorker('/token-worker.js', options);
    workers.push(worker);
    return worker;
  };

  test.each([
    [{ endpoint: '/token' }, 'protect'],
    [{ endpoint: '/token', protect, jitter: 2 }, 'jitter'],
    [{ protect }, 'endpoint'],
    [{ getTokens: 1, protect }, 'token source'],
    ['/token', 'protect'],
  ])('%j: ERR_OPTIONS, before anything is registered', async (options, name) => {
    await expect(register(options as never)).rejects.toMatchObject({
      code: 'ERR_OPTIONS',
      message: expect.stringContaining(name),
    });
    expect([container.listeners, container.controller]).toEqual([0, null]);
  });

  test('no service workers: NotSupportedError, and the page is no player of its source', async () => {
    vi.stubGlobal('navigator', {});
    await expect(register({ endpoint: '/token', protect })).rejects.toMatchObject({ name: 'NotSupportedError' });
    const source = createTokenSource({ getTokens, protect }) as AdapterSource;
    const join = vi.spyOn(source, 'join');
    await expect(register(source)).rejects.toMatchObject({ name: 'NotSupportedError' });
    expect(join).not.toHaveBeenCalled();
    source.destroy();
  });

  test.each([
    ['alone', (source: TokenSource) => source],
    ['with protect', (source: TokenSource) => ({ source, protect })],
  ])(
    'a source of the page, given %s: its tokens are renewed until the worker object is destroyed',
    async (_, given) => {
      vi.useFakeTimers();
      const expires = (): number => Date.now() / 1000 + 24;
      const answer = vi.fn(() => Promise.resolve({ prefix: protect, expires: expires(), query: { st: '1' } }));
      const source = createTokenSource({ getTokens: answer, protect }) as AdapterSource;
      const worker = await register(given(source));
      // another player of the page comes and goes
      source.join()();
      await source.sign(url);
      await vi.advanceTimersByTimeAsync(8000);
      await source.sign(url);
      await vi.advanceTimersByTimeAsync(12_000);
      expect(answer).toHaveBeenCalledTimes(2);
      worker.destroy();
      expect(vi.getTimerCount()).toBe(0);
      await source.sign(url);
      await vi.advanceTimersByTimeAsync(60_000);
      expect(answer).toHaveBeenCalledTimes(2);
      vi.useRealTimers();
      source.destroy();
    },
  );

  test('a file that is missing: what the browser says, and nothing stays behind', async () => {
    container.failure = new TypeError('bad HTTP response code (404)');
    const source = createTokenSource({ getTokens, protect }) as AdapterSource;
    const [destroy, leave] = [vi.spyOn(source, 'destroy'), vi.fn()];
    vi.spyOn(source, 'join').mockReturnValue(leave);
    await expect(register(source)).rejects.toBe(container.failure);
    expect([container.listeners, leave.mock.calls.length]).toEqual([0, 1]);
    expect(destroy, 'a source of the page is its own').not.toHaveBeenCalled();
    source.destroy();
  });

  test('a trusted URL of the page is what the browser gets, and the page is controlled', async () => {
    vi.stubGlobal('trustedTypes', { isScriptURL: (value: unknown) => value === trusted, createPolicy: vi.fn() });
    const trusted = { toString: () => '/token-worker.js', toJSON: () => '/token-worker.js' };
    const worker = await registerTokenWorker(trusted, createTokenSource({ getTokens, protect }));
    workers.push(worker);
    expect([container.registered, worker.controls]).toEqual([trusted, true]);
    expect(container.registered).toBe(trusted);
  });

  test('the worker hears that this page hands out tokens, in the word of 1.0', async () => {
    expect((await register(createTokenSource({ getTokens, protect }))).controls).toBe(true);
    expect(container.active.postMessage.mock.calls).toEqual([[{ secureToken: 'claim' }]]);
  });

  test("with requests: 'all' the worker hears who listens, also one that is new, and who leaves", async () => {
    const { active } = container;
    vi.spyOn(container, 'register').mockImplementation((script: { toString(): string }) => {
      active.scriptURL = script.toString();
      queueMicrotask(() => {
        container.controller = active;
        container.dispatchEvent(new Event('controllerchange'));
      });
      return Promise.resolve({ active: null });
    });
    const worker = await register({ source: createTokenSource({ getTokens, protect }), protect, requests: 'all' });
    expect(active.postMessage.mock.calls).toEqual([[{ secureToken: 'claim' }]]);
    worker.destroy();
    expect(active.postMessage.mock.lastCall).toEqual([{ secureToken: 'leave' }]);
  });

  test('the last player on its source has left: what the worker asks for is renewed, until the page destroys it', async () => {
    vi.useFakeTimers();
    const renewed = vi.fn(() => Promise.resolve({ prefix: protect, expires: Date.now() / 1000 + 24, query: {} }));
    const source = createTokenSource({ getTokens: renewed, protect }) as AdapterSource;
    const worker = await register(source);
    source.join()();
    await source.sign(url);
    await vi.advanceTimersByTimeAsync(8000);
    await source.sign(url);
    await vi.advanceTimersByTimeAsync(12_000);
    expect(renewed).toHaveBeenCalledTimes(2);
    worker.destroy();
    expect(vi.getTimerCount()).toBe(0);
    source.destroy();
  });

  test('warns, once, that the options of another page have taken over', async () => {
    const warn = vi.spyOn(console, 'warn').mockReturnValue();
    await register({ source: createTokenSource({ getTokens, protect }), protect, requests: 'all' });
    const change = (controller: object | null): void => {
      container.controller = controller;
      container.dispatchEvent(new Event('controllerchange'));
    };
    change(null);
    change({ scriptURL: container.active.scriptURL });
    expect(warn).not.toHaveBeenCalled();
    change({ scriptURL: 'https://www.test/token-worker.js' });
    change({ scriptURL: 'https://www.test/token-worker.js?v=2' });
    expect(warn.mock.calls).toEqual([[expect.stringContaining('another page')]]);
    warn.mockRestore();
  });

  test('with an endpoint of its own the worker has the tokens, and this page is silent', async () => {
    const worker = await register({ endpoint: '/token', protect });
    expect(worker.source).toBeUndefined();
    const { port, heard, close } = channel();
    container.tells({ secureToken: 'hello' }, [port]);
    await settle();
    expect(heard).toEqual([]);
    close();
  });

  test('answers the worker until it is destroyed', async () => {
    const worker = await register(createTokenSource({ getTokens, protect }));
    const { port, post, heard, close } = channel();
    container.tells({ secureToken: 'hello' }, [port]);
    post({ url });
    await settle();
    expect(heard).toEqual(['here', { signed: expect.objectContaining({ url: `${url}?st=1` }) }]);
    worker.destroy();
    expect(container.listeners).toBe(0);
    expect((await worker.source!.sign('https://cdn.test/other/')).token, 'the source is of the page').toBeDefined();
    close();
  });

  test("it says whether a request of its scripts carries a token, and that it has not asked for 'all'", async () => {
    const question = { secureToken: 'script', url, headers: [], credentials: false };
    const media = await register(createTokenSource({ getTokens, protect }));
    const { port, heard, close } = channel();
    container.tells(question, [port]);
    await settle();
    expect(heard.splice(0)).toEqual([{ carries: false, leave: true }]);
    const all = await register({ source: createTokenSource({ getTokens, protect }), protect, requests: 'all' });
    await all.source!.sign(url);
    container.tells(question, [port]);
    container.tells({ ...question, url: `${url}?st=1` }, [port]);
    // written by a server, long ago
    container.tells({ ...question, url: `${url}?st=0` }, [port]);
    await settle();
    expect(heard, 'one answer each').toEqual([
      { carries: false, leave: false },
      { carries: true, leave: false },
      { carries: false, leave: false },
    ]);
    media.destroy();
    close();
  });

  test('playlists of scripts go to the source of the page, as the page reads them', async () => {
    const source = createTokenSource({ getTokens, protect });
    const learn = vi.spyOn(source, 'learn');
    const text = '#EXTM3U\n#EXTINF:4,\n1.ts\n#EXTINF:4,\n2.ts';
    const unread = await register({ source, protect, requests: 'all' });
    container.tells({ secureToken: 'playlist', url, text });
    expect(learn).not.toHaveBeenCalled();
    unread.destroy();
    await register({ source, protect, requests: 'all', playlists: hlsOrDash });
    container.tells({ secureToken: 'playlist', url, text });
    expect(namesAfter('1.ts', learn.mock.calls)).toEqual([[url, [new URL('2.ts', url).href]]]);
    source.destroy();
  });

  test.each([
    ["token-worker.js with requests: 'all'", 'all', new Response(`throw "${MEDIA_ALONE}"`), 'ERR_OPTIONS'],
    ['another script that fails', 'all', new Response('throw 1'), 'TypeError'],
    ['no script', 'all', new Response(MEDIA_ALONE, { status: 404 }), 'TypeError'],
    ['token-worker.js for media', 'media', new Response(MEDIA_ALONE), 'TypeError'],
  ] as const)('%s cannot be registered: the page hears why', async (_, requests, file, name) => {
    container.failure = new TypeError('ServiceWorker script evaluation failed');
    const fetched = vi.fn(() => Promise.resolve(file));
    vi.stubGlobal('fetch', fetched);
    const failed = await register({ endpoint: '/token', protect, requests }).catch((error: unknown) => error);
    if (name === 'ERR_OPTIONS') {
      expect(failed).toMatchObject({ code: name, cause: container.failure });
      expect((failed as Error).message).toContain('token-worker-all.js');
    } else expect(failed).toBe(container.failure);
    expect(fetched).toHaveBeenCalledTimes(requests === 'all' ? 1 : 0);
    expect(container.listeners).toBe(0);
  });

  test('renew() renews the tokens of the page, where that hands them out', async () => {
    const worker = await register(createTokenSource({ getTokens, protect }));
    await worker.source!.sign(url);
    const calls = getTokens.mock.calls.length;
    await worker.renew();
    expect(getTokens).toHaveBeenCalledTimes(calls + 1);
  });

  test('renew() asks a worker that has tokens of its own, and lifts denials also where it does not control', async () => {
    const fetch = vi.fn(() => Promise.resolve(new Response(null, { status: 204 })));
    vi.stubGlobal('fetch', fetch);
    const worker = await register({ endpoint: '/token', protect });
    const { active } = container;
    active.postMessage.mockClear();
    await worker.renew();
    expect(fetch.mock.calls).toMatchObject([
      [active.scriptURL, { headers: { 'secure-token-signs': active.scriptURL } }],
      [active.scriptURL, { headers: { 'secure-token-renews': '' } }],
    ]);
    container.controller = null;
    fetch.mockClear();
    await worker.renew();
    expect(fetch).not.toHaveBeenCalled();
    expect(active.postMessage.mock.calls).toEqual([[{ secureToken: 'claim' }], [{ secureToken: 'claim' }]]);
  });

  test('renew() fails with a worker of an earlier version, which does not know the question', async () => {
    vi.stubGlobal('fetch', () => Promise.resolve(new Response('its script')));
    const worker = await register({ endpoint: '/token', protect });
    await expect(worker.renew()).rejects.toMatchObject({ code: 'ERR_SIGNING_UNAVAILABLE' });
  });

  test('a renewal in another page lifts what this one was denied', async () => {
    const worker = await register(createTokenSource({ getTokens, protect }));
    getTokens.mockRejectedValueOnce(Object.assign(new Error('no'), { status: 403 }));
    await expect(worker.source!.sign(url)).rejects.toMatchObject({ code: 'ERR_DENIED' });
    container.tells({ secureToken: 'lift' });
    expect((await worker.source!.sign(url)).url).toBe(`${url}?st=1`);
  });

  test('a worker that this page has not registered is not answered, and not told of', async () => {
    const worker = await register({ source: createTokenSource({ getTokens, protect }), protect, requests: 'all' });
    const dispatch = vi.spyOn(worker, 'dispatchEvent');
    const foreign = { scriptURL: `${container.active.scriptURL}x` };
    const { port, heard, close } = channel();
    for (const data of [
      { secureToken: 'hello' },
      { secureToken: 'script', url, headers: [], credentials: false },
      { secureToken: 'problem', url, header: 'ETag' },
    ])
      container.tells(data, [port], foreign);
    await settle();
    expect(heard).toEqual([]);
    expect(dispatch).not.toHaveBeenCalled();
    close();
  });

  test('one that has taken the place of ours is: another page has other options, and what plays here goes on', async () => {
    await register(createTokenSource({ getTokens, protect }));
    container.active.scriptURL = 'https://www.test/token-worker.js?other';
    const { port, heard, close } = channel();
    container.tells({ secureToken: 'hello' }, [port]);
    await settle();
    expect(heard).toEqual(['here']);
    close();
  });

  test('one that was there before ours is not: this page has not trusted it', async () => {
    const foreign = { ...container.active, scriptURL: 'https://www.test/token-worker.js?foreign' };
    vi.spyOn(container, 'register').mockResolvedValue({ active: foreign });
    container.controller = foreign;
    vi.spyOn(AbortSignal, 'timeout').mockReturnValue(AbortSignal.timeout(10));
    await register(createTokenSource({ getTokens, protect }));
    const { port, heard, close } = channel();
    container.tells({ secureToken: 'hello' }, [port], foreign);
    await settle();
    expect(heard).toEqual([]);
    close();
  });

  test('tells its listeners what the worker tells, errors as such', async () => {
    const worker = await register({ endpoint: '/token', protect });
    const seen: unknown[] = [];
    for (const type of ['problem', 'tokenrefused', 'tokendenied'])
      worker.addEventListener(type, (event) => seen.push([type, (event as CustomEvent<unknown>).detail]));
    container.tells({ secureToken: 'problem', url, header: 'ETag' });
    container.tells({ secureToken: 'event', type: 'tokenrefused', url, status: 410 });
    const error = { code: 'ERR_DENIED', message: 'ERR_DENIED: no', url, status: 403 };
    container.tells({ secureToken: 'event', type: 'tokendenied', error });
    expect(seen).toEqual([
      ['problem', { url, header: 'ETag' }],
      ['tokenrefused', { url, status: 410 }],
      ['tokendenied', { error: expect.objectContaining({ ...error, name: 'SecureTokenError' }) }],
    ]);
    expect(isSecureTokenError((seen[2] as [string, { error: unknown }])[1].error)).toBe(true);
  });

  test('ignores what is not said by a token worker, or is broken', async () => {
    const worker = await register(createTokenSource({ getTokens, protect }));
    const dispatch = vi.spyOn(worker, 'dispatchEvent');
    for (const data of [undefined, null, 'hello', [], {}, { secureToken: 'hello' }, { secureToken: 'event' }])
      container.tells(data);
    container.tells({ type: 'problem', url, header: 'ETag' });
    expect(dispatch).not.toHaveBeenCalled();
  });
});
