import { describe, expect, test, vi } from 'vitest';
import type { AdapterSource } from 'secure-token-core/adapter';
import { createTokenSource, secureFetch } from '../../../packages/fetch/src/index.ts';
import { answer, fetchLab, refuse } from './fetch-lab.ts';

const lab = fetchLab();

describe('what is signed', () => {
  test.each([
    ['text', (url: string) => url],
    ['a URL', (url: string) => new URL(url)],
    ['a Request', (url: string) => new Request(url)],
  ])('%s', async (_, from) => {
    const response = await lab.now.secure(from(lab.now.url('vod/1.m4s?a=1#f')));
    expect(await response.text()).toBe('media');
    expect(lab.now.seen).toEqual(['/vod/1.m4s?a=1&st=t1']);
  });

  test('the headers of the caller stay, in whatever form, and those of the token come', async () => {
    lab.now.carrier = { headers: { 'x-token': 't' } };
    const url = lab.now.url('vod/1.m4s');
    await lab.now.secure(url, { headers: [['range', 'bytes=0-1']] });
    await lab.now.secure(new Request(url, { headers: { range: 'bytes=0-1' } }));
    await lab.now.secure(new Request(url, { headers: { range: 'bytes=7-8' } }), { headers: { range: 'bytes=0-1' } });
    expect(lab.now.requests.map(({ headers }) => [headers.range, headers['x-token']])).toEqual(
      Array(3).fill(['bytes=0-1', 't1']),
    );
  });

  test('HEAD', async () => {
    const { status, body } = await lab.now.secure(lab.now.url('vod/1.m3u8'), { method: 'HEAD' });
    expect([status, body]).toEqual([200, null]);
    expect(lab.now.requests).toMatchObject([{ method: 'HEAD', url: '/vod/1.m3u8?st=t1' }]);
  });

  test('a cookie travels with the credentials; other requests keep the mode that they were asked for in', async () => {
    await lab.now.secure(lab.now.url('vod/1.m4s'), { credentials: 'omit' });
    lab.now.carrier = { credentials: true };
    lab.now.answers.push(refuse(403));
    await lab.now.secure(lab.now.url('vod/1.m4s'), { credentials: 'omit' });
    expect(lab.now.fetch.mock.calls.map(([, init]) => init?.credentials)).toEqual(['omit', 'omit', 'include']);
  });

  test('all that a request can say is passed on: that of the Request, and of the second argument', async () => {
    const said = {
      referrer: 'about:client',
      referrerPolicy: 'no-referrer',
      redirect: 'error',
      keepalive: true,
      integrity: '',
      mode: 'cors',
    } as const;
    await lab.now.secure(new Request(lab.now.url('vod/1.m4s'), { ...said, cache: 'no-store' }));
    await lab.now.secure(lab.now.url('vod/1.m4s'), { ...said, cache: 'no-store', priority: 'low' });
    const [first, second] = lab.now.fetch.mock.calls.map(([, init]) => init);
    // Node 24.21 loses the referrer policy of a Request that is made of another one
    const { referrerPolicy } = new Request(new Request('https://cdn.test/', said));
    expect(first).toMatchObject({ ...said, method: 'GET', cache: 'no-store', referrerPolicy });
    expect(second).toMatchObject({ ...said, method: 'GET', cache: 'no-store', priority: 'low' });
  });

  test('what the caller changes while it waits changes nothing', async () => {
    const init = { headers: { range: 'bytes=0-1' }, cache: 'no-cache' as RequestCache };
    const asked = lab.now.secure(lab.now.url('vod/1.m4s'), init);
    init.headers.range = 'bytes=5-6';
    init.cache = 'default';
    await asked;
    expect(lab.now.requests[0]!.headers.range).toBe('bytes=0-1');
    expect(lab.now.fetch.mock.calls[0]![1]!.cache).toBe('no-cache');
  });

  test('a Request whose URL needs no token after all is sent with all that it says', async () => {
    const url = lab.now.url('vod/1.m4s');
    const unsigned = { url, unsignedUrl: url, source: url, headers: {}, credentials: false };
    vi.spyOn(lab.now.source, 'sign').mockResolvedValue(unsigned);
    await lab.now.secure(new Request(url, { headers: { range: 'bytes=0-1' } }));
    expect(lab.now.requests[0]!.headers.range).toBe('bytes=0-1');
  });

  test('a Request can be sent again', async () => {
    const request = new Request(lab.now.url('vod/1.m4s'));
    lab.now.answers.push(refuse(403));
    expect((await lab.now.secure(request)).status).toBe(200);
    expect(request.bodyUsed).toBe(false);
    expect((await lab.now.secure(request)).status).toBe(200);
  });
});

test('a function in protect that throws: the call rejects', async () => {
  const mistake = new Error('of the app');
  const protect = (): boolean => {
    throw mistake;
  };
  const secure = secureFetch({ endpoint: '/token', protect }, lab.now.fetch);
  const answer = secure('https://cdn.test/1.m4s');
  await expect(answer).rejects.toBe(mistake);
  expect(lab.now.seen).toEqual([]);
});

describe('options', () => {
  test('protect is missing', () => {
    expect(() => secureFetch({ endpoint: '/token' })).toThrow(
      /^ERR_OPTIONS: protect is missing. Write which URLs are signed/,
    );
    expect(() => secureFetch('/token' as never)).toThrow(/^ERR_OPTIONS: protect is missing/);
    expect(() => secureFetch({ protect: 'https://cdn.test/' })).toThrow(/^ERR_OPTIONS: Give either 'endpoint'/);
    expect(() => secureFetch({ endpoint: '/token', protected: 'https://cdn.test/' } as never)).toThrow(
      "ERR_OPTIONS: Unknown option 'protected'. Did you mean 'protect'?",
    );
  });

  test('protect names nothing', () => {
    const empty = /^ERR_OPTIONS: protect is wrong. It is an empty list\. Give an http or https URL prefix/;
    expect(() => secureFetch({ endpoint: '/token', protect: [] })).toThrow(empty);
    expect(() => secureFetch({ endpoint: '/token', protect: '' })).toThrow(/^ERR_OPTIONS: protect /);
  });

  test('a source that signs whatever it is asked for', () => {
    const source = createTokenSource('https://api.test/token') as AdapterSource;
    expect(() => secureFetch(source)).toThrow(/^ERR_OPTIONS: this token source protects every URL/);
    source.allow('https://cdn.test/master.m3u8');
    expect(secureFetch(source).source).toBe(source);
  });

  test('calls for tokens go through the same fetch, and are not signed; unless there is a fetch for them', async () => {
    const { url, fetch } = { url: lab.now.url('vod/1.m4s'), fetch: lab.now.fetch };
    const options = { endpoint: lab.now.url('vod/token'), protect: lab.now.url('vod/'), retry: { limit: 0 } };
    lab.now.answers.push(answer(JSON.stringify({ tokens: [lab.now.token(7)] })));
    const alike = secureFetch(options, fetch);
    await alike(url);
    alike.source.destroy();
    expect(fetch.mock.calls.map(([asked]) => asked)).toEqual([options.endpoint, `${url}?st=t7`]);

    const own = vi.fn(() => Promise.resolve(Response.json({ tokens: [lab.now.token(8)] })));
    const apart = secureFetch({ ...options, fetch: own }, fetch);
    await apart(url);
    apart.source.destroy();
    expect(own).toHaveBeenCalledOnce();
  });
});
