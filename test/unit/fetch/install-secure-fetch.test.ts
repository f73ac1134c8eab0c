import { beforeEach, describe, expect, test, vi } from 'vitest';
import { installSecureFetch, secureFetch } from '../../../packages/fetch/src/index.ts';
import { answer, fetchLab, refuse } from './fetch-lab.ts';

const lab = fetchLab();
beforeEach(() => void vi.stubGlobal('fetch', lab.now.fetch));

const segment = (): string => lab.now.url('vod/1.m4s');

describe('installSecureFetch', () => {
  test('signs what the page fetches until it is uninstalled', async () => {
    const before = globalThis.fetch;
    const { source, uninstall } = installSecureFetch(lab.now.source);
    expect(source).toBe(lab.now.source);
    await fetch(segment());
    uninstall();
    expect(globalThis.fetch).toBe(before);
    await fetch(segment());
    expect(lab.now.seen).toEqual(['/vod/1.m4s?st=t1', '/vod/1.m4s']);
  });

  test('once somebody has wrapped it, it is passed through when it is uninstalled', async () => {
    const installation = installSecureFetch(lab.now.source);
    const inner = globalThis.fetch;
    const wrapper: typeof fetch = (...args) => inner(...args);
    globalThis.fetch = wrapper;
    installation.uninstall();
    expect(globalThis.fetch).toBe(wrapper);
    await fetch(segment());
    expect(lab.now.seen).toEqual(['/vod/1.m4s']);
    globalThis.fetch = inner;
    // the second time somebody else may be there
    installation.uninstall();
    expect(globalThis.fetch).toBe(inner);
  });

  test('keeps a source that was passed in, and destroys one of its own', async () => {
    const own = installSecureFetch({ protect: lab.now.url('vod/'), getTokens: () => Promise.reject(new Error('no')) });
    const shared = installSecureFetch(lab.now.source);
    shared.uninstall();
    own.uninstall();
    await expect(own.source.sign(segment())).rejects.toMatchObject({ code: 'ERR_DESTROYED' });
    expect((await shared.source.sign(segment())).token).toBeDefined();
  });

  test.each(['its own', 'shared'])(
    'what waits when it is uninstalled is sent as it is; the source is %s',
    async (kind) => {
      const protect = lab.now.url('vod/');
      const getTokens = (): Promise<never> => new Promise(() => undefined);
      lab.now.getTokens = getTokens;
      const { uninstall } = installSecureFetch(kind === 'shared' ? lab.now.source : { protect, getTokens });
      const request = new Request(segment(), { headers: { range: 'bytes=0-1' } });
      const waiting = fetch(request);
      await Promise.resolve();
      uninstall();
      expect((await waiting).status).toBe(200);
      expect(lab.now.requests).toMatchObject([{ url: '/vod/1.m4s', headers: { range: 'bytes=0-1' } }]);
    },
  );

  test('so is a request that was refused', async () => {
    const { uninstall } = installSecureFetch(lab.now.source);
    lab.now.answers.push(refuse(403), refuse(403));
    const refused = new Promise((resolve) => lab.now.source.addEventListener('tokenrefused', resolve));
    const waiting = fetch(segment());
    lab.now.getTokens = () => (lab.now.asked.length > 1 ? new Promise(() => undefined) : [lab.now.token(1)]) as never;
    await refused;
    uninstall();
    expect((await waiting).status).toBe(403);
    expect(lab.now.seen).toEqual(['/vod/1.m4s?st=t1', '/vod/1.m4s']);
  });

  test('calls for tokens go through the fetch that was there before', async () => {
    const endpoint = lab.now.url('vod/token');
    lab.now.answers.push(answer(JSON.stringify({ tokens: [lab.now.token(5)] })));
    const { uninstall } = installSecureFetch({ endpoint, protect: lab.now.url('vod/') });
    await fetch(segment());
    uninstall();
    expect(lab.now.seen).toEqual(['/vod/token', '/vod/1.m4s?st=t5']);
  });

  test('without protect nothing is installed', () => {
    const before = globalThis.fetch;
    expect(() => installSecureFetch({ endpoint: '/token' })).toThrow('ERR_OPTIONS: protect is missing');
    expect(globalThis.fetch).toBe(before);
  });
});

describe('a request that another source of the page has signed', () => {
  test.each([
    ['query', { query: { st: 'other' } }],
    ['headers', { headers: { 'x-token': 'other' } }],
    ['path', { base: 'other/' }],
  ])('is left alone: %s', async (_, given) => {
    const { base, ...carrier } = given as { base?: string };
    const other = secureFetch(
      {
        protect: lab.now.url('vod/'),
        getTokens: () =>
          Promise.resolve({
            prefix: lab.now.url('vod/'),
            expires: Date.now() / 1000 + 60,
            ...carrier,
            ...(base && { base: lab.now.url(`vod/${base}`) }),
          }),
      },
      lab.now.secure,
    );
    lab.now.carrier = carrier;
    await other(segment());
    expect(lab.now.asked).toEqual([]);
    expect(lab.now.requests).toHaveLength(1);
    other.source.destroy();
  });

  test('but not one for the same URL without its headers', async () => {
    lab.now.carrier = { headers: { 'x-token': 't' } };
    const second = secureFetch(lab.now.source, lab.now.fetch);
    await second.source.sign(segment());
    const other = secureFetch(
      { protect: lab.now.url('vod/'), getTokens: () => Promise.resolve(lab.now.token(9)) },
      lab.now.fetch,
    );
    await other(segment());
    other.source.destroy();
    expect(lab.now.requests.map(({ headers }) => headers['x-token'])).toEqual(['t9']);
  });

  test('of the same source gets the same token, once', async () => {
    const { url, headers } = await lab.now.source.sign(segment());
    await secureFetch(lab.now.source, lab.now.secure)(url, { headers });
    expect(lab.now.seen).toEqual(['/vod/1.m4s?st=t1']);
  });
});
