import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { SETTINGS } from '../../../packages/worker/src/wire/worker-settings.ts';
import { FakePages, settle } from './worker-lab.ts';

const protect = ['https://cdn.test/vod/'];

describe('the token worker', () => {
  let pages: FakePages;
  let listeners: Map<string, (event: object) => void>;
  const skipWaiting = vi.fn(() => Promise.resolve());

  beforeEach(() => {
    // what waits for a page ends with its test
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval'] });
    pages = new FakePages();
    listeners = new Map();
    skipWaiting.mockClear();
    vi.stubGlobal('clients', pages);
    vi.stubGlobal('skipWaiting', skipWaiting);
    vi.stubGlobal('addEventListener', (type: string, listener: (event: object) => void) =>
      listeners.set(type, listener),
    );
  });
  afterEach(() => {
    pages.end();
    vi.useRealTimers();
    vi.unstubAllGlobals();
  });

  /**
   * Starts it with these settings in its URL, from the file that they need; `active` is the URL of the worker that is
   * there already.
   */
  const start = async (settings: object, active?: string, folder = 'https://www.test/'): Promise<string> => {
    const href = `https://www.test/token-worker.js?${SETTINGS}=${encodeURIComponent(JSON.stringify(settings))}`;
    vi.stubGlobal('location', new URL(href));
    vi.stubGlobal('registration', {
      scope: folder,
      active: active && { scriptURL: active.replace('SAME', href) },
    });
    vi.resetModules();
    if ('requests' in settings) await import('../../../packages/worker/src/token-worker-all.ts');
    else await import('../../../packages/worker/src/token-worker.ts');
    return href;
  };
  const dispatch = (type: string, event: object = {}): void => listeners.get(type)!(event);
  /** Lets the browser request `url`. Returns whether the worker answers, and the response if it does. */
  const asksFor = (url: string, headers = {}): { answers: boolean; response?: Promise<Response> } => {
    const seen: { answers: boolean; response?: Promise<Response> } = { answers: false };
    const request = Object.defineProperty(new Request(url, { headers }), 'destination', { value: 'video' });
    const respondWith = (given: Promise<Response> | Response): void => {
      Object.assign(seen, { answers: true, response: Promise.resolve(given) });
    };
    dispatch('fetch', { request, clientId: 'own', respondWith, waitUntil: () => undefined });
    return seen;
  };

  test.each([
    ['takes over at once where there is none', undefined, 1],
    ['takes over at once with other settings', 'https://www.test/token-worker.js?', 1],
    ['waits where only its file is new', 'SAME', 0],
  ])('%s', async (_, active, times) => {
    await start({ protect }, active);
    dispatch('install');
    expect(skipWaiting).toHaveBeenCalledTimes(times);
    const waitUntil = vi.fn();
    dispatch('activate', { waitUntil });
    expect(waitUntil.mock.calls).toHaveLength(1);
    expect(pages.claim.mock.calls).toHaveLength(1);
  });

  test.each(['https://www.test/watch/', 'https://www.test'])(
    'does nothing where it was registered for another folder than that of its file: %s',
    async (folder) => {
      await start({ protect, endpoint: 'https://evil.test/token', requests: 'all' }, undefined, folder);
      expect([...listeners.keys()]).toEqual([]);
    },
  );

  test("token-worker.js with requests: 'all' ends with ERR_OPTIONS before it listens", async () => {
    const settings = encodeURIComponent(JSON.stringify({ protect, requests: 'all' }));
    vi.stubGlobal('location', new URL(`https://www.test/w.js?${SETTINGS}=${settings}`));
    vi.stubGlobal('registration', { scope: 'https://www.test/' });
    vi.resetModules();
    await expect(import('../../../packages/worker/src/token-worker.ts')).rejects.toMatchObject({
      code: 'ERR_OPTIONS',
      message: expect.stringContaining('token-worker-all.js') as string,
    });
    expect(listeners.size).toBe(0);
  });

  test.each([
    ['an empty list of what is protected', { protect: [] }],
    ['a list of others', { protect: [7], endpoint: 'https://www.test/token' }],
    ['no endpoint', { protect, endpoint: 7 }],
  ])('settings with %s, which any script may have written: it does not listen', async (_, settings) => {
    await expect(start(settings)).rejects.toMatchObject({ code: 'ERR_OPTIONS' });
    expect(listeners.size).toBe(0);
  });

  test('settings with more than a page writes, which any script may have written: they are left out', async () => {
    const calls = vi.fn<typeof fetch>(() => Promise.resolve(new Response(null, { status: 403 })));
    vi.stubGlobal('fetch', calls);
    const request = { credentials: 'include', method: 'PUT', headers: { a: 'b' } };
    const tokens = [{ prefix: protect[0], expires: 4e9, query: { st: 'evil' } }];
    await start({ protect, endpoint: 'https://www.test/token', request, tokens, getTokens: 1, fetch: 1 });
    expect((await asksFor('https://cdn.test/vod/film.mp4').response)!.status).toBe(403);
    const [[url, init]] = calls.mock.calls as [[string, RequestInit]];
    expect(url).toBe('https://www.test/token');
    expect(init).toMatchObject({ method: 'POST', credentials: 'include', referrerPolicy: 'no-referrer' });
    expect(new Headers(init.headers).has('a')).toBe(false);
  });

  test("token-worker-all.js without requests: 'all' leaves the requests of scripts alone", async () => {
    await start({ protect, requests: 'media' });
    const request = new Request('https://cdn.test/vod/s1.ts');
    const respondWith = vi.fn();
    dispatch('fetch', { request, clientId: 'own', respondWith, waitUntil: () => undefined });
    expect(respondWith).not.toHaveBeenCalled();
    expect(asksFor('https://cdn.test/vod/film.mp4').answers).toBe(true);
  });

  test('takes the pages that say that they hand out tokens, and ignores what else is posted', async () => {
    await start({ protect });
    for (const data of [undefined, 'claim', { secureToken: 'hello' }]) dispatch('message', { data });
    expect(pages.claim).not.toHaveBeenCalled();
    dispatch('message', { data: { secureToken: 'claim' } });
    expect(pages.claim).toHaveBeenCalledTimes(1);
  });

  test('signs what its settings name, whoever has the tokens', async () => {
    for (const settings of [{ protect }, { protect, endpoint: 'https://www.test/token' }]) {
      await start(settings);
      // nothing is sent: no page is open, and no endpoint answers
      vi.stubGlobal('fetch', () => Promise.reject(new TypeError('no network')));
      expect(asksFor('https://cdn.test/vod/film.mp4').answers).toBe(true);
      expect(asksFor('https://cdn.test/vod#t=7').answers, 'a fragment is no part of it').toBe(true);
      for (const url of ['https://cdn.test/vodka.mp4', 'https://other.test/vod/film.mp4', 'blob:https://cdn.test/vod/'])
        expect(asksFor(url).answers).toBe(false);
      const { response } = asksFor('https://www.test/', { 'secure-token-signs': 'https://cdn.test/vod/film.mp4' });
      expect((await response)!.status).toBe(204);
    }
  });

  test('without rules in its settings leaves the decision to its pages', async () => {
    await start({});
    expect(asksFor('https://other.test/film.mp4').answers).toBe(true);
  });

  test('a page that has loaded, whether it was seen or says so, asks the endpoint again after a denial', async () => {
    const calls = vi.fn(() => Promise.resolve(new Response(null, { status: 403 })));
    vi.stubGlobal('fetch', calls);
    await start({ protect, endpoint: 'https://www.test/token' });
    const isDenied = async (): Promise<void> => {
      expect((await asksFor('https://cdn.test/vod/film.mp4').response)!.status).toBe(403);
    };
    await isDenied();
    await isDenied();
    expect(calls).toHaveBeenCalledTimes(1);
    // one that comes in past the worker: a hard reload, or a page outside of its folder
    dispatch('message', { data: { secureToken: 'claim' } });
    await isDenied();
    expect(calls).toHaveBeenCalledTimes(2);
    const request = Object.defineProperty(new Request('https://www.test/watch'), 'mode', { value: 'navigate' });
    dispatch('fetch', { request, clientId: '' });
    await isDenied();
    expect(calls).toHaveBeenCalledTimes(3);
  });

  test('when the browser no longer tells of pages: nothing is left unhandled, and scripts get what they asked for', async () => {
    const calls = vi.fn(() => Promise.resolve(new Response('as it is')));
    vi.stubGlobal('fetch', calls);
    await start({ protect, endpoint: 'https://www.test/token', requests: 'all' });
    pages.matchAll = () => Promise.reject(new Error('the worker ends'));
    pages.claim.mockRejectedValue(new Error('InvalidStateError: it is not active yet'));
    dispatch('message', { data: { secureToken: 'claim' } });
    const respondWith = vi.fn<(response: Promise<Response>) => void>();
    const request = new Request('https://cdn.test/vod/s1.ts');
    dispatch('fetch', { request, clientId: 'own', respondWith, waitUntil: () => undefined });
    expect(await (await respondWith.mock.calls[0]![0]).text()).toBe('as it is');
    calls.mockResolvedValue(new Response(null, { status: 403 }));
    expect(await asksFor('https://cdn.test/vod/film.mp4').response).toMatchObject({ status: 403 });
    await settle();
  });

  test('tells its pages what happens to its own tokens', async () => {
    vi.stubGlobal('fetch', () => Promise.resolve(new Response(null, { status: 403 })));
    await start({ protect, endpoint: 'https://www.test/token' });
    pages.open('own');
    const { response } = asksFor('https://cdn.test/vod/film.mp4');
    expect(await response).toMatchObject({ status: 403, statusText: 'ERR_DENIED' });
    await settle();
    expect(pages.posted).toEqual([
      [
        'own',
        {
          secureToken: 'event',
          type: 'tokendenied',
          detail: { error: expect.objectContaining({ code: 'ERR_DENIED' }) },
        },
      ],
    ]);
  });
});
