import { beforeEach, describe, expect, test, vi } from 'vitest';
import type { Token } from 'secure-token-fetch';
import { SecureTokenError, createTokenSource, installSecureFetch, secureFetch } from 'secure-token-fetch';
import { countListeners } from '../../support/count-listeners.ts';
import { answer, fetchLab, refuse } from './fetch-lab.ts';

const lab = fetchLab();
// of what is done wrong on purpose
beforeEach(() => {
  vi.spyOn(console, 'error').mockImplementation(() => undefined);
});
const denied = (): Promise<never> => Promise.reject(new SecureTokenError('ERR_DENIED', 'no'));

describe('a URL of another host, and what sends, are untouched', () => {
  const given = Promise.resolve(new Response());
  const before = vi.fn(function (this: unknown) {
    return given;
  });
  const secure = secureFetch(createTokenSource({ protect: 'https://cdn.test/', getTokens: denied }), before);

  test.each([
    [['https://other.test/1']],
    [[new URL('https://cdn.test.example/'), null]],
    [[new Request('https://cdn.test/1', { method: 'POST', body: 'x' })]],
    [['https://cdn.test/1', { method: 'put', body: 'x' }]],
    [['http:// no']],
    [[undefined]],
    [[]],
  ])('%o', (args) => {
    expect(Reflect.apply(secure, 'receiver', args)).toBe(given);
    expect(before.mock.lastCall).toEqual(args);
    expect(before.mock.contexts.at(-1)).toBe('receiver');
  });

  test('a function in protect that throws: the call rejects', async () => {
    const mistake = new Error('of the app');
    const protect = (): boolean => {
      throw mistake;
    };
    await expect(secureFetch({ endpoint: '/token', protect }, before)('https://cdn.test/1')).rejects.toBe(mistake);
  });
});

describe('a protected request', () => {
  test('is signed, whatever names its URL, and keeps what it says; no token is in the URL of the response', async () => {
    const url = lab.now.url('vod/1.m4s?a=1');
    const init = { headers: { range: 'bytes=0-1' }, cache: 'no-store', priority: 'low' } as const;
    for (const input of [url, new URL(url), new Request(url)]) {
      const response = await lab.now.secure(input, init);
      expect(response.url).toEqual(url);
      expect(response.clone().clone().url).toEqual(url);
      expect(await response.text()).toBe('media');
    }
    expect(lab.now.seen).toEqual(Array(3).fill('/vod/1.m4s?a=1&st=t1'));
    expect(lab.now.requests[2]!.headers.range).toBe('bytes=0-1');
    expect(lab.now.fetch.mock.calls[0]![1]).toMatchObject({ ...init, headers: expect.anything() as object });
  });

  test.each<[string, Partial<Token>, object]>([
    ['a header', { headers: { 'x-token': 't' } }, { url: '/vod/1.m4s', headers: { 'x-token': 't' } }],
    ['the path', { base: 'secret/' }, { url: '/secret/1.m4s' }],
    ['a cookie', { credentials: true }, { url: '/vod/1.m4s' }],
  ])('carries a token in %s', async (_, { base, ...carrier }, expected) => {
    lab.now.carrier = () => ({ ...carrier, ...(base && { base: lab.now.url(base) }) });
    const { url } = await lab.now.secure(lab.now.url(), { credentials: 'omit' });
    expect(url).toEqual(lab.now.url());
    expect(lab.now.requests[0]).toMatchObject(expected);
    expect(lab.now.fetch.mock.calls[0]![1]!.credentials).toBe('credentials' in carrier ? 'include' : 'omit');
  });

  test('is left alone if another source of the page has signed it', async () => {
    const getTokens = () => Promise.resolve(lab.now.token(7));
    const other = secureFetch({ protect: lab.now.url('vod/'), getTokens }, lab.now.secure);
    await other(lab.now.url());
    expect(lab.now.seen).toEqual(['/vod/1.m4s?st=t7']);
    expect(lab.now.asked).toEqual([]);
    other.source.destroy();
  });

  test('that is redirected, or fails with a text that quotes the token, shows no token', async () => {
    lab.now.answers.push(answer('', { location: '/vod/2.m4s?st=t1&b=2' }, 302));
    expect((await lab.now.secure(lab.now.url())).url).toBe(lab.now.url('vod/2.m4s?b=2'));
    lab.now.fetch.mockImplementation((input) => Promise.reject(new TypeError(`cannot fetch ${input as string}`)));
    const failed = lab.now.secure(lab.now.url());
    await expect(failed).rejects.toThrow(TypeError);
    await expect(failed).rejects.not.toThrow('st=t');
  });
});

describe('the edge refuses a request', () => {
  test.each([401, 403, 410])('once, with %i: nobody sees it', async (status) => {
    lab.now.answers.push(refuse(status));
    expect(await (await lab.now.secure(lab.now.url())).text()).toBe('media');
    expect(lab.now.seen).toEqual(['/vod/1.m4s?st=t1', '/vod/1.m4s?st=t2']);
  });

  test('and its replay: the refusal is the response', async () => {
    lab.now.answers.push(refuse(403), refuse(410));
    const response = await lab.now.secure(lab.now.url());
    expect(response.status).toBe(410);
    expect(await response.text()).toBe('refused');
    expect(lab.now.seen).toHaveLength(2);
  });

  test('whose URL a cache may hold: the fetch that was there before overwrites that', async () => {
    vi.stubGlobal('fetch', lab.now.fetch);
    lab.now.carrier = (count) => ({ headers: { 'x-token': String(count) } });
    lab.now.answers.push(refuse(410));
    const { uninstall } = installSecureFetch(lab.now.source);
    expect((await fetch(lab.now.url())).status).toBe(200);
    uninstall();
    expect(lab.now.fetch.mock.calls.map(([, init]) => init!.cache)).toEqual(['default', 'reload', 'default']);
  });
});

describe('no token', () => {
  test('in an outage of the endpoint: it waits, for the replay too, and an abort ends the wait', async () => {
    lab.now.getTokens = () => (lab.now.asked.length % 2 ? Promise.reject(new TypeError('down')) : undefined) as never;
    lab.now.answers.push(refuse(403));
    expect((await lab.now.secure(lab.now.url())).status).toBe(200);
    expect(lab.now.seen).toEqual(['/vod/1.m4s?st=t2', '/vod/1.m4s?st=t4']);
    const [leaving, reason] = [new AbortController(), new Error('enough')];
    lab.now.source.addEventListener('tokenerror', () => queueMicrotask(() => leaving.abort(reason)));
    lab.now.answers.push(refuse(403));
    await expect(lab.now.secure(lab.now.url(), { signal: leaving.signal })).rejects.toBe(reason);
  });

  test.each([
    ['ERR_DENIED', denied],
    ['ERR_SIGNING_RESPONSE', () => Promise.resolve([])],
  ])('for good (%s): 403 without a body, for a replay too', async (statusText, getTokens) => {
    const final = { status: 403, statusText, body: null, url: lab.now.url() };
    lab.now.getTokens = getTokens;
    expect(await lab.now.secure(lab.now.url())).toMatchObject(final);
    await lab.now.source.renew();
    lab.now.getTokens = undefined;
    await lab.now.source.sign(lab.now.url());
    lab.now.getTokens = getTokens;
    lab.now.answers.push(refuse(403));
    expect(await lab.now.secure(lab.now.url())).toMatchObject(final);
  });
});

test('a playlist is learned before the player has read it: its segments are one call', async () => {
  lab.now.getTokens = ({ urls }) =>
    Promise.resolve(urls.map((url) => ({ url, expires: Date.now() / 1000 + 60, query: { st: 't' } })));
  const playlist = '#EXTM3U\n#EXTINF:4,\n1.ts\n#EXTINF:4,\n2.ts\n#EXT-X-ENDLIST';
  lab.now.answers.push(answer('', { location: '/vod/b/i.m3u8' }, 302), answer(playlist));
  expect(await (await lab.now.secure(lab.now.url('vod/i.m3u8'))).text()).toBe(playlist);
  for (const name of ['1.ts', '2.ts']) await lab.now.secure(lab.now.url(`vod/b/${name}`));
  expect(lab.now.asked.slice(1)).toEqual([['vod/b/1.ts', 'vod/b/2.ts'].map((path) => lab.now.url(path))]);
});

describe('options', () => {
  test('protect is missing, or a source protects every URL: ERR_OPTIONS, and nothing is installed', () => {
    const before = globalThis.fetch;
    for (const options of [{ endpoint: '/token' }, '/token', undefined, createTokenSource('https://api.test/token')])
      expect(() => installSecureFetch(options as never)).toThrow(/^ERR_OPTIONS: protect is missing. Write which URLs/);
    expect(() => secureFetch({ endpoint: '/token', protect: [] })).toThrow(/^ERR_OPTIONS: protect is wrong/);
    expect(globalThis.fetch).toBe(before);
  });
});

describe('uninstall', () => {
  beforeEach(() => {
    vi.stubGlobal('fetch', lab.now.fetch);
  });
  const waits = (): Promise<never> => new Promise(() => undefined);

  test('restores the fetch of the page, or passes through it if it was wrapped; a shared source stays', async () => {
    const installation = installSecureFetch(lab.now.source);
    await fetch(lab.now.url());
    const inner = globalThis.fetch;
    const wrapper: typeof fetch = (...args) => inner(...args);
    globalThis.fetch = wrapper;
    installation.uninstall();
    expect(globalThis.fetch).toBe(wrapper);
    await fetch(lab.now.url());
    globalThis.fetch = inner;
    installation.uninstall();
    expect(globalThis.fetch, 'the second time somebody else may be there').toBe(inner);
    expect(lab.now.seen).toEqual(['/vod/1.m4s?st=t1', '/vod/1.m4s']);
    expect((await lab.now.source.sign(lab.now.url())).token).toBeDefined();
  });

  test.each(['its own', 'shared'])(
    'sends what waits without a token, and leaves no listener; the source is %s',
    async (kind) => {
      const before = globalThis.fetch;
      lab.now.getTokens = waits;
      const listeners = countListeners(lab.now.source);
      const options = { protect: lab.now.url('vod/'), getTokens: waits };
      const { uninstall } = installSecureFetch(kind === 'shared' ? lab.now.source : options);
      const waiting = fetch(new Request(lab.now.url(), { headers: { range: 'bytes=0-1' } }));
      await Promise.resolve();
      uninstall();
      expect((await waiting).status).toBe(200);
      expect(lab.now.seen).toEqual(['/vod/1.m4s']);
      expect(lab.now.requests[0]!.headers.range).toBe('bytes=0-1');
      expect(globalThis.fetch).toBe(before);
      expect(listeners()).toBe(0);
    },
  );

  test('sends what was refused, and waits for another token, without one', async () => {
    const { uninstall } = installSecureFetch(lab.now.source);
    lab.now.answers.push(refuse(403));
    lab.now.getTokens = () => (lab.now.asked.length > 1 ? waits() : Promise.resolve(lab.now.token(1)));
    const refused = new Promise((resolve) => lab.now.source.addEventListener('tokenrefused', resolve));
    const waiting = fetch(lab.now.url());
    await refused;
    uninstall();
    expect((await waiting).status).toBe(200);
    expect(lab.now.seen).toEqual(['/vod/1.m4s?st=t1', '/vod/1.m4s']);
  });

  test('leaves alone what the app has aborted', async () => {
    const { uninstall } = installSecureFetch(lab.now.source);
    const reason = new Error('enough');
    lab.now.getTokens = waits;
    const leaving = new AbortController();
    const waiting = expect(fetch(lab.now.url(), { signal: leaving.signal })).rejects.toBe(reason);
    await Promise.resolve();
    leaving.abort(reason);
    uninstall();
    await waiting;
    expect(lab.now.seen).toEqual([]);
  });
});
