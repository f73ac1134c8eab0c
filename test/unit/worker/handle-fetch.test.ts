import { describe, expect, test, vi } from 'vitest';
import { fetchLab } from './handle-fetch-lab.ts';

const lab = fetchLab();

describe('handleFetch', () => {
  test('leaves alone what is not protected, not of a player, or not read', () => {
    for (const { answers: does, response } of [
      lab.ask('/other/film.mp4'),
      lab.ask('/vod/film.mp4', { destination: '' }),
      lab.ask('/vod/film.mp4', { method: 'HEAD' }),
    ]) {
      expect([does, response]).toEqual([false, undefined]);
    }
  });

  test('signs, and hands over the part that was asked for as it came, while the worker is kept alive', async () => {
    const { response, held } = lab.ask('/vod/film.mp4', { headers: { range: 'bytes=2-4', 'if-range': '"1"' } });
    const answer = await response;
    expect(lab.requests).toMatchObject([{ url: '/vod/film.mp4?st=secret1', headers: { range: 'bytes=2-4' } }]);
    // across origins it would cost a preflight
    expect(lab.requests[0]!.headers['if-range']).toBeUndefined();
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
    vi.stubGlobal('location', { origin: lab.origin });
    await lab.ask('/vod/film.mp4', { headers: { range: 'bytes=2-4', 'if-range': '"1"' } }).response;
    expect(lab.requests[0]!.headers['if-range']).toBe('"1"');
  });

  test.each([
    ['a whole file', undefined],
    ['all of it as a part', 'bytes=0-'],
  ])('lets %s through untouched', async (_, range) => {
    const { response, held } = lab.ask('/vod/s1.ts', range ? { headers: { range } } : {});
    expect(await (await response).text()).toBe('0123456789');
    expect((await response).url).toContain('/vod/s1.ts');
    expect(held).toEqual([]);
  });

  test('lets everything through untouched in WebKit', async () => {
    vi.stubGlobal('navigator', { userAgent: 'Mozilla/5.0 AppleWebKit/605.1.15 Safari/605.1.15' });
    const { response, held } = lab.ask('/vod/film.mp4', { headers: { range: 'bytes=2-' } });
    expect((await response).url).toContain('/vod/film.mp4');
    expect(lab.requests[0]!.headers.range).toBe('bytes=2-');
    expect(held).toEqual([]);
  });

  test('sends tokens in headers and in the path', async () => {
    lab.carrier = { headers: { 'x-token': 'secret' } };
    await lab.ask('/vod/film.mp4').response;
    expect(lab.requests[0]).toMatchObject({ url: '/vod/film.mp4', headers: { 'x-token': 'secret' } });
    lab.carrier = { base: `${lab.origin}/secret/vod/` };
    await lab.source.renew();
    await lab.ask('/vod/film.mp4').response;
    expect(lab.requests[1]!.url).toBe('/secret/vod/film.mp4');
  });

  test('sends the referrer of the page, not the URL of the worker, which holds its settings', async () => {
    const fetching = vi.spyOn(globalThis, 'fetch');
    await lab.ask('/vod/film.mp4', { referrerPolicy: 'same-origin' }).response;
    expect(fetching).toHaveBeenCalledWith(
      expect.anything(),
      expect.objectContaining({ referrer: 'about:client', referrerPolicy: 'same-origin' }),
    );
  });

  test('answers whether it signs: yes, no', async () => {
    const asked = (path: string): Promise<Response> =>
      lab.ask('/token-worker.js', { destination: '', headers: { 'secure-token-signs': lab.origin + path } }).response;
    expect([(await asked('/vod/film.mp4')).status, (await asked('/other/film.mp4')).status]).toEqual([204, 205]);
    expect(lab.requests).toEqual([]);
  });
});
