import { describe, expect, onTestFinished, test } from 'vitest';
import { createTokenSource } from '../../../packages/core/src/index.ts';
import { fetchLab, refuse } from './handle-fetch-lab.ts';

const lab = fetchLab();

describe('handleFetch', () => {
  test.each([401, 403, 410])('replays a %i once, with another token', async (status) => {
    lab.answers = [refuse(status)];
    expect((await lab.ask('/vod/film.mp4').response).status).toBe(200);
    lab.answers = [refuse(status), refuse(status)];
    expect((await lab.ask('/vod/film.mp4').response).status).toBe(status);
    expect(lab.requests.map(({ url }) => url.split('secret')[1])).toEqual(['1', '2', '2', '3']);
    expect(
      lab.requests.filter(({ headers }) => headers['cache-control']),
      'another URL: nothing to get past',
    ).toEqual([]);
  });

  test('replays past the cache, which may hold the refusal for the same URL', async () => {
    lab.answers = [refuse(410)];
    lab.source = Object.assign(createTokenSource({ getTokens: () => Promise.reject(Error()), protect: lab.origin }), {
      sign: (url: string) =>
        Promise.resolve({ url, source: url, headers: { 'x-token': '1' }, credentials: false, token: { expires: 1 } }),
      refused: ({ url }: { url: string }) =>
        Promise.resolve({ url, source: url, headers: { 'x-token': '2' }, credentials: false, token: { expires: 2 } }),
    });
    expect((await lab.ask('/vod/film.mp4').response).status).toBe(200);
    expect(lab.requests.map(({ headers }) => [headers['x-token'], headers['cache-control']])).toEqual([
      ['1', undefined],
      ['2', 'no-cache'],
    ]);
  });

  test.each([404, 416, 500])('hands a %i over as it came', async (status) => {
    lab.answers = [refuse(status)];
    expect((await lab.ask('/vod/film.mp4').response).status).toBe(status);
    expect(lab.requests).toHaveLength(1);
  });

  test('the source decides what is a refusal', async () => {
    const getTokens = (() => {
      let count = 0;
      return () =>
        Promise.resolve({
          prefix: `${lab.origin}/vod/`,
          expires: Date.now() / 1000 + 60,
          query: { st: `secret${++count}` },
        });
    })();
    const own = createTokenSource({ getTokens, protect: lab.origin, refusals: [404] });
    onTestFinished(() => own.destroy());
    lab.source = own;
    lab.answers = [refuse(404)];
    expect((await lab.ask('/vod/film.mp4').response).status).toBe(200);
    lab.answers = [refuse(403)];
    expect((await lab.ask('/vod/film.mp4').response).status).toBe(403);
    expect(lab.requests.map(({ url }) => url.split('secret')[1])).toEqual(['1', '2', '2']);
  });
});
