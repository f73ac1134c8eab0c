import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createTokenSource, isSecureTokenError } from '../../../packages/core/src/index.ts';
import type { TokenWorker } from '../../../packages/worker/src/register-token-worker.ts';
import { registerTokenWorker } from '../../../packages/worker/src/register-token-worker.ts';
import { channel, settle } from './worker-lab.ts';

const protect = 'https://cdn.test/';
const url = 'https://cdn.test/film.mp4';

/** `navigator.serviceWorker` of a page. */
class FakeContainer extends EventTarget {
  controller: object | null = null;
  readonly active = { scriptURL: '', postMessage: vi.fn() };
  /** What `register` throws. */
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
  tells(data: unknown, ports: MessagePort[] = []): void {
    this.dispatchEvent(Object.assign(new Event('message'), { data, ports }));
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
    ['/token', 'protect'],
  ])('%j: ERR_OPTIONS, before anything is registered', async (options, name) => {
    await expect(register(options as never)).rejects.toMatchObject({
      code: 'ERR_OPTIONS',
      message: expect.stringContaining(name),
    });
    expect([container.listeners, container.controller]).toEqual([0, null]);
  });

  test('no service workers: NotSupportedError', async () => {
    vi.stubGlobal('navigator', {});
    await expect(register({ endpoint: '/token', protect })).rejects.toMatchObject({ name: 'NotSupportedError' });
  });

  test('a file that is missing: what the browser says, and nothing stays behind', async () => {
    container.failure = new TypeError('bad HTTP response code (404)');
    const source = createTokenSource({ getTokens, protect });
    const destroy = vi.spyOn(source, 'destroy');
    await expect(register(source)).rejects.toBe(container.failure);
    expect([container.listeners, destroy.mock.calls.length], 'a source of the page is its own').toEqual([0, 0]);
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
    expect((await register({ getTokens, protect })).controls).toBe(true);
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
    const worker = await register({ getTokens, protect, requests: 'all' });
    expect(active.postMessage.mock.calls).toEqual([[{ secureToken: 'claim' }]]);
    worker.destroy();
    expect(active.postMessage.mock.lastCall).toEqual([{ secureToken: 'leave' }]);
  });

  test('warns, once, that the options of another page have taken over', async () => {
    const warn = vi.spyOn(console, 'warn').mockReturnValue();
    await register({ getTokens, protect, requests: 'all' });
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
    const worker = await register({ getTokens, protect });
    const { port, post, heard, close } = channel();
    container.tells({ secureToken: 'hello' }, [port]);
    post({ url });
    await settle();
    expect(heard).toEqual(['here', { signed: expect.objectContaining({ url: `${url}?st=1` }) }]);
    worker.destroy();
    expect(container.listeners).toBe(0);
    await expect(worker.source!.sign('https://cdn.test/other/')).rejects.toMatchObject({
      code: 'ERR_DESTROYED',
    });
    close();
  });

  test("it says whether a request of its scripts carries a token, and that it has not asked for 'all'", async () => {
    const question = { secureToken: 'script', url, headers: [], credentials: false };
    const media = await register({ getTokens, protect });
    const { port, heard, close } = channel();
    container.tells(question, [port]);
    await settle();
    expect(heard.splice(0)).toEqual([{ carries: false, leave: true }]);
    const all = await register({ getTokens, protect, requests: 'all' });
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

  test('playlists of scripts go to the source of the page', async () => {
    const source = createTokenSource({ getTokens, protect });
    const learn = vi.spyOn(source, 'learn');
    await register({ source, protect, requests: 'all' });
    container.tells({ secureToken: 'playlist', url, text: '#EXTM3U' });
    expect(learn.mock.calls).toEqual([[url, '#EXTM3U']]);
    source.destroy();
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
    const worker = await register({ getTokens, protect });
    const dispatch = vi.spyOn(worker, 'dispatchEvent');
    for (const data of [undefined, null, 'hello', [], {}, { secureToken: 'hello' }, { secureToken: 'event' }])
      container.tells(data);
    container.tells({ type: 'problem', url, header: 'ETag' });
    expect(dispatch).not.toHaveBeenCalled();
  });
});
