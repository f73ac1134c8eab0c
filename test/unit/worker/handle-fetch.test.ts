import type { IncomingHttpHeaders, IncomingMessage, Server, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Token, TokenSource } from '../../../packages/core/src/index.ts';
import { SecureTokenError, createTokenSource } from '../../../packages/core/src/index.ts';

const file = Buffer.from('0123456789');

describe('handleFetch', () => {
  let server: Server;
  let origin: string;
  let source: TokenSource;
  let requests: { url: string; headers: IncomingHttpHeaders }[];
  let answers: ((request: IncomingMessage, response: ServerResponse) => unknown)[];
  let carrier: Partial<Token>;
  let told: unknown[];
  let handleFetch: (event: Event, source: TokenSource) => boolean;

  const serve = ({ headers }: IncomingMessage, response: ServerResponse): unknown => {
    const [, start, end = '9'] = /^bytes=(\d+)-(\d?)/.exec(headers.range ?? '') ?? [];
    if (start === undefined) return response.writeHead(200, { 'content-type': 'video/mp4' }).end(file);
    const last = Math.min(9, Number(end || 9));
    return response
      .writeHead(206, { 'content-range': `bytes ${start}-${last}/10`, etag: '"1"' })
      .end(file.subarray(Number(start), last + 1));
  };

  beforeEach(async () => {
    [requests, answers, told, carrier] = [[], [], [], { query: { st: 'secret' } }];
    server = createServer((request, response) => {
      requests.push({ url: request.url!, headers: request.headers });
      (answers.shift() ?? serve)(request, response);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    let count = 0;
    const getTokens = vi.fn(() => {
      count++;
      const query = carrier.query && { st: `${carrier.query.st}${count}` };
      return Promise.resolve({
        prefix: `${origin}/vod/`,
        expires: Date.now() / 1000 + 60,
        ...carrier,
        ...(query && { query }),
      });
    });
    source = createTokenSource({ getTokens, protect: `${origin}/vod/` });
    vi.stubGlobal('location', { origin: 'https://www.example' });
    vi.stubGlobal('navigator', { userAgent: 'Mozilla/5.0 Chrome/156.0.0.0' });
    vi.stubGlobal('clients', {
      get: (id: string) => Promise.resolve({ postMessage: (message: unknown) => told.push([id, message]) }),
    });
    vi.resetModules();
    ({ handleFetch } = await import('../../../packages/worker/src/handle-fetch.ts'));
  });
  afterEach(async () => {
    source.destroy();
    vi.restoreAllMocks();
    vi.unstubAllGlobals();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  /** A fetch event as the player of a browser causes it. */
  const ask = (path: string, { destination = 'video', ...init }: RequestInit & { destination?: string } = {}) => {
    const request = Object.defineProperty(new Request(origin + path, init), 'destination', { value: destination });
    const held: Promise<unknown>[] = [];
    let response: Promise<Response> | undefined;
    const event = {
      request,
      clientId: 'page',
      respondWith: (given: Promise<Response> | Response) => (response = Promise.resolve(given)),
      waitUntil: (work: Promise<unknown>) => held.push(work),
    };
    return { answers: handleFetch(event as never, source), response: response!, held };
  };
  const refuse = (status: number) => (_: IncomingMessage, response: ServerResponse) => response.writeHead(status).end();

  test('leaves alone what is not protected, not of a player, or not read', () => {
    for (const { answers: does, response } of [
      ask('/other/film.mp4'),
      ask('/vod/film.mp4', { destination: '' }),
      ask('/vod/film.mp4', { method: 'HEAD' }),
    ]) {
      expect([does, response]).toEqual([false, undefined]);
    }
  });

  test('signs, and hands over the part that was asked for as it came, while the worker is kept alive', async () => {
    const { response, held } = ask('/vod/film.mp4', { headers: { range: 'bytes=2-4', 'if-range': '"1"' } });
    const answer = await response;
    expect(requests).toMatchObject([{ url: '/vod/film.mp4?st=secret1', headers: { range: 'bytes=2-4' } }]);
    // across origins it would cost a preflight
    expect(requests[0]!.headers['if-range']).toBeUndefined();
    expect([answer.status, answer.headers.get('content-range'), answer.headers.get('etag'), answer.url]).toEqual([
      206,
      'bytes 2-4/10',
      '"1"',
      '',
    ]);
    expect(await answer.text()).toBe('234');
    await Promise.all(held);
    expect(held).toHaveLength(1);
  });

  test('passes If-Range on to its own origin', async () => {
    vi.stubGlobal('location', { origin });
    await ask('/vod/film.mp4', { headers: { range: 'bytes=2-4', 'if-range': '"1"' } }).response;
    expect(requests[0]!.headers['if-range']).toBe('"1"');
  });

  test.each([
    ['a whole file', undefined],
    ['all of it as a part', 'bytes=0-'],
  ])('lets %s through untouched', async (_, range) => {
    const { response, held } = ask('/vod/s1.ts', range ? { headers: { range } } : {});
    expect(await (await response).text()).toBe('0123456789');
    expect((await response).url).toContain('/vod/s1.ts');
    expect(held).toEqual([]);
  });

  test('lets everything through untouched in WebKit', async () => {
    vi.stubGlobal('navigator', { userAgent: 'Mozilla/5.0 AppleWebKit/605.1.15 Safari/605.1.15' });
    const { response, held } = ask('/vod/film.mp4', { headers: { range: 'bytes=2-' } });
    expect((await response).url).toContain('/vod/film.mp4');
    expect(requests[0]!.headers.range).toBe('bytes=2-');
    expect(held).toEqual([]);
  });

  test.each([401, 403, 410])('replays a %i once, with another token', async (status) => {
    answers = [refuse(status)];
    expect((await ask('/vod/film.mp4').response).status).toBe(200);
    answers = [refuse(status), refuse(status)];
    expect((await ask('/vod/film.mp4').response).status).toBe(status);
    expect(requests.map(({ url }) => url.split('secret')[1])).toEqual(['1', '2', '2', '3']);
    expect(
      requests.filter(({ headers }) => headers['cache-control']),
      'another URL: nothing to get past',
    ).toEqual([]);
  });

  test('replays past the cache, which may hold the refusal for the same URL', async () => {
    answers = [refuse(410)];
    source = Object.assign(createTokenSource({ getTokens: () => Promise.reject(Error()), protect: origin }), {
      sign: (url: string) =>
        Promise.resolve({ url, source: url, headers: { 'x-token': '1' }, credentials: false, token: { expires: 1 } }),
      refused: ({ url }: { url: string }) =>
        Promise.resolve({ url, source: url, headers: { 'x-token': '2' }, credentials: false, token: { expires: 2 } }),
    });
    expect((await ask('/vod/film.mp4').response).status).toBe(200);
    expect(requests.map(({ headers }) => [headers['x-token'], headers['cache-control']])).toEqual([
      ['1', undefined],
      ['2', 'no-cache'],
    ]);
  });

  test.each([404, 416, 500])('hands a %i over as it came', async (status) => {
    answers = [refuse(status)];
    expect((await ask('/vod/film.mp4').response).status).toBe(status);
    expect(requests).toHaveLength(1);
  });

  test('the source decides what is a refusal', async () => {
    const getTokens = (() => {
      let count = 0;
      return () =>
        Promise.resolve({
          prefix: `${origin}/vod/`,
          expires: Date.now() / 1000 + 60,
          query: { st: `secret${++count}` },
        });
    })();
    source = createTokenSource({ getTokens, protect: origin, refusals: [404] });
    answers = [refuse(404)];
    expect((await ask('/vod/film.mp4').response).status).toBe(200);
    answers = [refuse(403)];
    expect((await ask('/vod/film.mp4').response).status).toBe(403);
    expect(requests.map(({ url }) => url.split('secret')[1])).toEqual(['1', '2', '2']);
  });

  test('tells of problems by the unsigned URL, also where the page has fallen back on a signed one', async () => {
    answers = [serve, (_, response) => response.writeHead(206).end('234')];
    await ask('/vod/film.mp4').response;
    await ask('/vod/film.mp4?st=secret1', { headers: { range: 'bytes=2-4' } }).response;
    expect(told).toEqual([['page', expect.objectContaining({ url: `${origin}/vod/film.mp4` })]]);
  });

  test('sends tokens in headers and in the path', async () => {
    carrier = { headers: { 'x-token': 'secret' } };
    await ask('/vod/film.mp4').response;
    expect(requests[0]).toMatchObject({ url: '/vod/film.mp4', headers: { 'x-token': 'secret' } });
    carrier = { base: `${origin}/secret/vod/` };
    await source.renew();
    await ask('/vod/film.mp4').response;
    expect(requests[1]!.url).toBe('/secret/vod/film.mp4');
  });

  test('sends the referrer of the page, not the URL of the worker, which holds its settings', async () => {
    const fetching = vi.spyOn(globalThis, 'fetch');
    await ask('/vod/film.mp4', { referrerPolicy: 'same-origin' }).response;
    expect(fetching).toHaveBeenCalledWith(
      expect.anything(),
      expect.objectContaining({ referrer: 'about:client', referrerPolicy: 'same-origin' }),
    );
  });

  test('tells which header is missing', async () => {
    answers = [(_, response) => response.writeHead(206).end('234')];
    expect((await ask('/vod/film.mp4', { headers: { range: 'bytes=2-4' } }).response).status).toBe(206);
    expect(told).toEqual([
      [
        'page',
        expect.objectContaining({
          url: `${origin}/vod/film.mp4`,
          header: expect.stringContaining('Content-Range') as string,
        }),
      ],
    ]);
  });

  test('tells a denial from a signing endpoint that is down', async () => {
    const signer = (code: 'ERR_DENIED' | 'ERR_SIGNING_UNAVAILABLE') => {
      vi.spyOn(source, 'sign').mockRejectedValueOnce(new SecureTokenError(code, 'no'));
      return ask('/vod/film.mp4').response;
    };
    expect(await signer('ERR_DENIED')).toMatchObject({ status: 403, statusText: 'ERR_DENIED' });
    expect(await signer('ERR_SIGNING_UNAVAILABLE')).toMatchObject({
      status: 503,
      statusText: 'ERR_SIGNING_UNAVAILABLE',
    });
  });

  test('a connection that fails, and one that the player gives up, are failures of the network', async () => {
    answers = Array.from({ length: 9 }, () => (request: IncomingMessage) => request.destroy());
    expect((await ask('/vod/film.mp4').response).type).toBe('error');
    expect(told).toEqual([]);
    const controller = new AbortController();
    answers = [() => controller.abort()];
    expect((await ask('/vod/film.mp4', { signal: controller.signal }).response).type).toBe('error');
  });

  test('answers whether it signs: yes, no', async () => {
    const asked = (path: string): Promise<Response> =>
      ask('/token-worker.js', { destination: '', headers: { 'secure-token-signs': origin + path } }).response;
    expect([(await asked('/vod/film.mp4')).status, (await asked('/other/film.mp4')).status]).toEqual([204, 205]);
    expect(requests).toEqual([]);
  });
});
