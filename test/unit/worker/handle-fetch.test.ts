import { describe, expect, test, vi } from 'vitest';
import type { AdapterSource } from '../../../packages/core/src/adapter.ts';
import { SecureTokenError } from '../../../packages/core/src/index.ts';
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

  test('a page that is loaded lifts denials, and is not answered', () => {
    const liftDenials = vi.spyOn(lab.source as AdapterSource, 'liftDenials');
    for (const path of ['/vod/film.mp4', '/other/']) {
      expect(lab.ask(path, { mode: 'navigate', destination: 'document' }).answers).toBe(false);
      expect(lab.ask(path, { mode: 'cors', destination: '' }).answers).toBe(false);
    }
    expect(liftDenials).toHaveBeenCalledTimes(2);
    expect(lab.requests).toEqual([]);
  });

  test('a page that asks it to renew is answered when that is done, or with what went wrong', async () => {
    const asks = (): Promise<Response> =>
      lab.ask('/token-worker.js', { destination: '', headers: { 'secure-token-renews': '' } }).response;
    const renew = vi.spyOn(lab.source, 'renew');
    expect((await asks()).status).toBe(204);
    expect(renew).toHaveBeenCalledTimes(1);
    renew.mockRejectedValue(new SecureTokenError('ERR_DENIED', 'no'));
    expect(await asks()).toMatchObject({ status: 403, statusText: 'ERR_DENIED' });
    expect(lab.requests, 'it is no request for the edge').toEqual([]);
    const { protects, sign, refused } = lab.source;
    lab.source = { protects, sign, refused } as typeof lab.source;
    expect((await asks()).status, 'a signer that cannot').toBe(205);
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
