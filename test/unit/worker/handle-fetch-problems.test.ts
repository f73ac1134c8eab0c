import type { IncomingMessage } from 'node:http';
import { describe, expect, test, vi } from 'vitest';
import { SecureTokenError } from '../../../packages/core/src/index.ts';
import { fetchLab, serve } from './handle-fetch-lab.ts';

const lab = fetchLab();
const destroy = (request: IncomingMessage) => request.destroy();

describe('handleFetch', () => {
  test('tells of problems by the unsigned URL, also where the page has fallen back on a signed one', async () => {
    lab.answers = [serve, (_, response) => response.writeHead(206).end('234')];
    await lab.ask('/vod/film.mp4').response;
    await lab.ask('/vod/film.mp4?st=secret1', { headers: { range: 'bytes=2-4' } }).response;
    expect(lab.told).toEqual([['page', expect.objectContaining({ url: `${lab.origin}/vod/film.mp4` })]]);
  });

  test('tells which header is missing', async () => {
    lab.answers = [(_, response) => response.writeHead(206).end('234')];
    expect((await lab.ask('/vod/film.mp4', { headers: { range: 'bytes=2-4' } }).response).status).toBe(206);
    expect(lab.told).toEqual([
      [
        'page',
        expect.objectContaining({
          url: `${lab.origin}/vod/film.mp4`,
          header: expect.stringContaining('Content-Range') as string,
        }),
      ],
    ]);
  });

  test('one broken connection with two requests, after an answer with CORS headers: the next is signed', async () => {
    await lab.ask('/vod/film.mp4').response;
    lab.answers = [destroy, destroy];
    await Promise.all([lab.ask('/vod/film.mp4').response, lab.ask('/vod/other.mp4').response]);
    lab.requests = [];
    const { answers, response } = lab.ask('/vod/film.mp4');
    await response;
    expect([answers, lab.requests.map(({ url }) => url)]).toEqual([true, [expect.stringContaining('?st=secret')]]);
  });

  test('a file without CORS headers beside one with them: the page is told, once, and both are signed', async () => {
    const now = vi.spyOn(performance, 'now');
    for (const at of [10_000, 20_000, 30_000]) {
      now.mockReturnValue(at);
      expect(lab.ask('/vod/film.mp4').answers).toBe(true);
      await lab.ask('/vod/film.mp4').response;
      lab.answers = [destroy];
      await lab.ask('/vod/other.mp4').response;
    }
    expect(lab.told).toEqual([['page', expect.objectContaining({ header: 'Access-Control-Allow-Origin' })]]);
  });

  test('failures for five seconds, and the edge can be reached without CORS: its requests are left alone', async () => {
    const now = vi.spyOn(performance, 'now').mockReturnValue(10_000);
    await lab.ask('/vod/film.mp4').response;
    lab.answers = [destroy];
    await lab.ask('/vod/film.mp4').response;
    now.mockReturnValue(14_999);
    lab.answers = [destroy];
    await lab.ask('/vod/film.mp4').response;
    now.mockReturnValue(15_000);
    lab.answers = [destroy];
    await lab.ask('/vod/film.mp4').response;
    expect(lab.ask('/vod/film.mp4').answers).toBe(false);
    now.mockReturnValue(75_000);
    expect(lab.ask('/vod/film.mp4').answers).toBe(true);
  });

  test('the edge does not answer whether it can be reached: the player hears of it after five seconds', async () => {
    const patience = new AbortController();
    const timeout = vi.spyOn(AbortSignal, 'timeout').mockReturnValue(patience.signal);
    lab.answers = [
      destroy,
      () => {
        patience.abort();
      },
    ];
    expect((await lab.ask('/vod/film.mp4').response).status).toBe(200);
    expect(timeout).toHaveBeenCalledWith(5000);
    expect(lab.told).toEqual([]);
  });

  test('tells a denial from a signing endpoint that is down', async () => {
    const signer = (code: 'ERR_DENIED' | 'ERR_SIGNING_UNAVAILABLE') => {
      vi.spyOn(lab.source, 'sign').mockRejectedValueOnce(new SecureTokenError(code, 'no'));
      return lab.ask('/vod/film.mp4').response;
    };
    expect(await signer('ERR_DENIED')).toMatchObject({ status: 403, statusText: 'ERR_DENIED' });
    expect(await signer('ERR_SIGNING_UNAVAILABLE')).toMatchObject({
      status: 503,
      statusText: 'ERR_SIGNING_UNAVAILABLE',
    });
  });

  test('a connection that fails, and one that the player gives up, are failures of the network', async () => {
    lab.answers = Array.from({ length: 9 }, () => (request: IncomingMessage) => request.destroy());
    expect((await lab.ask('/vod/film.mp4').response).type).toBe('error');
    expect(lab.told).toEqual([]);
    const controller = new AbortController();
    lab.answers = [() => controller.abort()];
    expect((await lab.ask('/vod/film.mp4', { signal: controller.signal }).response).type).toBe('error');
  });
});
