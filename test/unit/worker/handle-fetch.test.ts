import type { IncomingMessage } from 'node:http';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import type { AdapterSource } from 'secure-token-core/adapter';
import type { Token } from 'secure-token-core';
import { SecureTokenError } from 'secure-token-core';
import { fetchLab, refuse, serve } from './handle-fetch-lab.ts';

const lab = fetchLab();
// of what is refused on purpose
beforeEach(() => {
  vi.spyOn(console, 'error').mockImplementation(() => undefined);
});
const destroy = (request: IncomingMessage) => request.destroy();

describe('a request of a media element', () => {
  test('that is not protected, not of a player, or not read is left alone', () => {
    const others = [
      lab.ask('/other/film.mp4'),
      ...['', 'font', 'audioworklet'].map((destination) => lab.ask('/vod/film.mp4', { destination })),
      lab.ask('/vod/film.mp4', { method: 'HEAD' }),
    ];
    expect(others.filter(({ answers }) => answers)).toEqual([]);
  });

  test('is signed, and its part handed over as it came, while the worker is kept alive', async () => {
    const { response, held } = lab.ask('/vod/film.mp4', { headers: { range: 'bytes=2-4', 'if-range': '"1"' } });
    const answer = await response;
    expect(lab.requests).toMatchObject([{ url: '/vod/film.mp4?st=secret1', headers: { range: 'bytes=2-4' } }]);
    expect(lab.requests[0]!.headers['if-range'], 'across origins it would cost a preflight').toBeUndefined();
    expect(answer.status).toBe(206);
    expect(answer.headers.get('content-range')).toBe('bytes 2-4/10');
    expect(answer.headers.get('etag')).toBe('"1"');
    expect(answer.url).toBe('');
    expect(await answer.text()).toBe('234');
    await Promise.all(held);
    expect(held).toHaveLength(1);
  });

  test('passes If-Range on to its own origin, and the referrer of the page: the URL of the worker has settings', async () => {
    const fetching = vi.spyOn(globalThis, 'fetch');
    vi.stubGlobal('location', { origin: lab.origin });
    const init = { referrerPolicy: 'same-origin', headers: { range: 'bytes=2-4', 'if-range': '"1"' } } as const;
    await lab.ask('/vod/film.mp4', init).response;
    expect(lab.requests[0]!.headers['if-range']).toBe('"1"');
    const referrer = { referrer: 'about:client', referrerPolicy: 'same-origin' };
    expect(fetching).toHaveBeenCalledWith(expect.anything(), expect.objectContaining(referrer));
  });

  test.each([
    ['a whole file', undefined, 'Chrome/156.0.0.0'],
    ['all of it as a part', 'bytes=0-', 'Chrome/156.0.0.0'],
    ['a part in WebKit', 'bytes=2-', 'AppleWebKit/605.1.15 Safari/605.1.15'],
  ])('gets %s untouched', async (_, range, userAgent) => {
    vi.stubGlobal('navigator', { userAgent });
    const { response, held } = lab.ask('/vod/s1.ts', range ? { headers: { range } } : {});
    expect((await response).url).toEqual(expect.stringContaining('/vod/s1.ts'));
    expect(held).toEqual([]);
  });

  test.each<[string, Partial<Token>, object]>([
    ['a header', { headers: { 'x-token': 'secret' } }, { url: '/vod/film.mp4', headers: { 'x-token': 'secret' } }],
    ['the path', { base: '/secret/vod/' }, { url: '/secret/vod/film.mp4' }],
  ])('carries a token in %s', async (_, { base, ...carrier }, expected) => {
    lab.carrier = { ...carrier, ...(base && { base: lab.origin + base }) };
    await lab.ask('/vod/film.mp4').response;
    expect(lab.requests[0]).toMatchObject(expected);
  });
});

describe('a request of an image', () => {
  const image = { destination: 'image', headers: { accept: 'image/avif,*/*' } };

  test('that is not protected, or not read, is left alone', () => {
    expect(lab.ask('/other/poster.jpg', image).answers).toBe(false);
    expect(lab.ask('/vod/poster.jpg', { ...image, method: 'HEAD' }).answers).toBe(false);
  });

  test('is left alone if only pages know what is protected: each icon of the page would wait', () => {
    lab.source = Object.assign(Object.create(lab.source) as typeof lab.source, { isProtectKnown: false });
    expect(lab.ask('/vod/poster.jpg', image).answers).toBe(false);
  });

  test.each(['cors', 'no-cors'] as const)('is signed in its own mode, with its own headers: %s', async (mode) => {
    const fetching = vi.spyOn(globalThis, 'fetch').mockResolvedValue(new Response('image'));
    const { response, held } = lab.ask('/vod/poster.jpg', { ...image, mode });
    expect(await (await response).text()).toBe('image');
    const [url, init] = fetching.mock.calls[0]!;
    expect(url).toBe(`${lab.origin}/vod/poster.jpg?st=secret1`);
    expect(init!.mode).toBe(mode);
    expect(new Headers(init!.headers).get('accept')).toBe('image/avif,*/*');
    expect(held).toEqual([]);
  });

  test('with a token in a header is sent in CORS mode', async () => {
    lab.carrier = { headers: { 'x-token': 'secret' } };
    const fetching = vi.spyOn(globalThis, 'fetch').mockResolvedValue(new Response('image'));
    await lab.ask('/vod/poster.jpg', image).response;
    expect(fetching.mock.calls[0]![1]!.mode).toBe('cors');
  });

  test('that the edge refuses is replayed in CORS mode', async () => {
    lab.answers = [refuse(403)];
    expect((await lab.ask('/vod/poster.jpg', { ...image, mode: 'cors' }).response).status).toBe(200);
    expect(lab.requests.map(({ url }) => url)).toEqual(['/vod/poster.jpg?st=secret1', '/vod/poster.jpg?st=secret2']);
  });

  test('that fails does not keep media of its origin from being signed', async () => {
    lab.answers = [destroy];
    expect((await lab.ask('/vod/poster.jpg', { ...image, mode: 'cors' }).response).type).toBe('error');
    expect(lab.ask('/vod/film.mp4').answers).toBe(true);
  });
});

describe('the edge refuses', () => {
  test.each([401, 403, 410])('with %i: one replay with another token', async (status) => {
    lab.answers = [refuse(status)];
    expect((await lab.ask('/vod/film.mp4').response).status).toBe(200);
    lab.answers = [refuse(status), refuse(status)];
    expect((await lab.ask('/vod/film.mp4').response).status).toBe(status);
    expect(lab.requests.map(({ url }) => url.split('secret')[1])).toEqual(['1', '2', '2', '3']);
  });

  test('a URL whose refusal a cache may hold: that is overwritten, without the URL of the worker as referrer', async () => {
    lab.carrier = { credentials: true };
    vi.spyOn(lab.source, 'refused').mockImplementationOnce((request) => Promise.resolve({ ...request }));
    lab.answers = [refuse(410)];
    const fetching = vi.spyOn(globalThis, 'fetch');
    expect((await lab.ask('/vod/film.mp4').response).status).toBe(200);
    expect(fetching.mock.calls.map(([, init]) => [init!.cache, init!.referrerPolicy])).toEqual([
      [undefined, ''],
      ['reload', 'no-referrer'],
      [undefined, ''],
    ]);
  });

  test.each([404, 416, 500])('%i is no refusal, and handed over', async (status) => {
    lab.answers = [refuse(status)];
    expect((await lab.ask('/vod/film.mp4').response).status).toBe(status);
    expect(lab.requests).toHaveLength(1);
  });
});

describe('no token', () => {
  test.each([
    ['ERR_DENIED', 403],
    ['ERR_SIGNING_UNAVAILABLE', 503],
  ] as const)('%s is answered with %i', async (statusText, status) => {
    vi.spyOn(lab.source, 'sign').mockRejectedValueOnce(new SecureTokenError(statusText, 'no'));
    expect(await lab.ask('/vod/film.mp4').response).toMatchObject({ status, statusText });
  });

  test('a page that is loaded lifts denials, and is not answered', () => {
    const liftDenials = vi.spyOn(lab.source as AdapterSource, 'liftDenials');
    expect(lab.ask('/vod/film.mp4', { mode: 'navigate', destination: 'document' }).answers).toBe(false);
    expect(lab.ask('/other/', { mode: 'cors', destination: '' }).answers).toBe(false);
    expect(liftDenials).toHaveBeenCalledTimes(1);
  });

  test('a page that asks to renew is answered when that is done, or with what went wrong', async () => {
    const asks = (): Promise<Response> =>
      lab.ask('/token-worker.js', { destination: '', headers: { 'secure-token-renews': '' } }).response;
    const renew = vi.spyOn(lab.source, 'renew');
    expect((await asks()).status).toBe(204);
    expect(renew.mock.calls).toHaveLength(1);
    renew.mockRejectedValue(new SecureTokenError('ERR_DENIED', 'no'));
    expect(await asks()).toMatchObject({ status: 403, statusText: 'ERR_DENIED' });
    const { protects, sign, refused } = lab.source;
    lab.source = { protects, sign, refused } as typeof lab.source;
    expect((await asks()).status, 'a signer that cannot').toBe(205);
    expect(lab.requests).toEqual([]);
  });
});

describe('a failure without a status', () => {
  test('and the edge can be reached without CORS: its requests are left alone for a minute', async () => {
    const now = vi.spyOn(performance, 'now').mockReturnValue(10_000);
    const signs = (path: string): Promise<Response> =>
      lab.ask('/token-worker.js', { destination: '', headers: { 'secure-token-signs': lab.origin + path } }).response;
    expect((await signs('/vod/film.mp4')).status).toBe(204);
    expect((await signs('/other/film.mp4')).status).toBe(205);
    lab.answers = [destroy];
    await lab.ask('/vod/film.mp4').response;
    expect(lab.told).toEqual([['page', expect.objectContaining({ header: 'Access-Control-Allow-Origin' })]]);
    expect(lab.ask('/vod/film.mp4').answers).toBe(false);
    expect((await signs('/vod/film.mp4')).status).toBe(205);
    now.mockReturnValue(70_001);
    expect(lab.ask('/vod/film.mp4').answers).toBe(true);
  });

  test('after an answer with CORS headers: a broken connection, or one file without; the next is signed', async () => {
    await lab.ask('/vod/film.mp4').response;
    lab.answers = [destroy];
    await lab.ask('/vod/other.mp4').response;
    expect(lab.ask('/vod/film.mp4').answers).toBe(true);
    expect(lab.told).toEqual([]);
  });

  test('and the edge cannot be reached: a failure of the network, after five seconds at most', async () => {
    const timeout = vi.spyOn(globalThis, 'setTimeout');
    lab.answers = Array.from({ length: 9 }, () => destroy);
    expect((await lab.ask('/vod/film.mp4').response).type).toBe('error');
    expect(timeout).toHaveBeenCalledWith(expect.any(Function), 5000);
    expect(lab.told).toEqual([]);
    expect(lab.ask('/vod/film.mp4').answers).toBe(true);
  });
});

test('a development build tells which header of a part is missing, by the unsigned URL', async () => {
  const part = { headers: { range: 'bytes=2-4' } };
  const told = [['page', { secureToken: 'problem', url: `${lab.origin}/vod/film.mp4`, header: expect.any(String) }]];
  for (const isDevelopment of [false, true]) {
    vi.stubGlobal('__DEVELOPMENT__', isDevelopment);
    lab.answers = [serve, (_, response) => response.writeHead(206).end('234')];
    await lab.ask('/vod/film.mp4').response;
    await lab.ask('/vod/film.mp4?st=secret1', part).response;
    expect(lab.told).toEqual(isDevelopment ? told : []);
  }
});
