import { beforeEach, describe, expect, test, vi } from 'vitest';
import { SecureTokenError, secureFetch } from '../../../packages/fetch/src/index.ts';
import { fetchLab, refuse } from './fetch-lab.ts';

// early failures, which early-failure.test.ts is about
beforeEach(() => void vi.spyOn(console, 'error').mockImplementation(() => undefined));

const lab = fetchLab();

describe('a refusal by the edge', () => {
  test.each([401, 403, 410])('is not seen: %i', async (status) => {
    lab.now.answers.push(refuse(status));
    const response = await lab.now.secure(lab.now.url('vod/1.m4s'));
    expect([response.status, await response.text()]).toEqual([200, 'media']);
    expect(lab.now.seen).toEqual(['/vod/1.m4s?st=t1', '/vod/1.m4s?st=t2']);
  });

  test('after the replay is what the edge says', async () => {
    const events: string[] = [];
    for (const type of ['tokenrefused', 'tokenerror']) {
      lab.now.source.addEventListener(type, () => events.push(type));
    }
    lab.now.answers.push(refuse(403), refuse(410));
    const response = await lab.now.secure(lab.now.url('vod/1.m4s'));
    expect([response.status, await response.text()]).toEqual([410, 'refused']);
    expect(lab.now.seen).toHaveLength(2);
    expect(events).toEqual(['tokenrefused', 'tokenrefused', 'tokenerror']);
  });

  test('a status that is no refusal is shown at once', async () => {
    lab.now.answers.push(refuse(404));
    expect((await lab.now.secure(lab.now.url('vod/1.m4s'))).status).toBe(404);
    expect(lab.now.seen).toHaveLength(1);
  });

  test.each([
    ['default', 'reload'],
    ['force-cache', 'reload'],
    ['no-store', 'no-store'],
  ] as const)('a cached one is got past where the URL is the same; asked for in %s: %s', async (asked, replayed) => {
    lab.now.carrier = { headers: { 'x-token': 't' } };
    lab.now.answers.push(refuse(410));
    await lab.now.secure(lab.now.url('vod/1.m4s'), { cache: asked });
    expect(lab.now.fetch.mock.calls.map(([, init]) => init?.cache)).toEqual([asked, replayed]);
  });

  test('out of CORS mode there is no status: the answer is what was asked for', async () => {
    const refused = vi.spyOn(lab.now.source, 'refused');
    // Node has no answers without a status
    const opaque = Object.defineProperties(new Response(), { ok: { value: false }, type: { value: 'opaque' } });
    const secure = secureFetch(lab.now.source, () => Promise.resolve(opaque));
    expect(await secure(lab.now.url('vod/1.m4s'), { mode: 'no-cors' })).toBe(opaque);
    expect(refused).not.toHaveBeenCalled();
  });
});

describe('no token', () => {
  test('in an outage of the signing endpoint: it waits until the endpoint answers', async () => {
    vi.spyOn(Math, 'random').mockReturnValue(0);
    const outage = () => Promise.reject(new TypeError('Failed to fetch'));
    const answers = [outage, outage, () => Promise.resolve(lab.now.token(1)), outage, outage];
    lab.now.getTokens = () => (answers.shift() ?? (() => Promise.resolve(lab.now.token(2))))();
    lab.now.answers.push(refuse(403));
    const told = vi.fn();
    lab.now.source.addEventListener('tokenrefused', told);
    const response = await lab.now.secure(lab.now.url('vod/1.m4s'));
    expect([response.status, await response.text()]).toEqual([200, 'media']);
    expect(told, 'one refusal').toHaveBeenCalledOnce();
    expect(lab.now.seen).toEqual(['/vod/1.m4s?st=t1', '/vod/1.m4s?st=t2']);
    expect(lab.now.asked.length).toBeGreaterThan(5);
  });

  test('an abort ends that wait', async () => {
    lab.now.getTokens = () => Promise.reject(new TypeError('Failed to fetch'));
    const reason = new Error('enough');
    const controller = new AbortController();
    lab.now.source.addEventListener('tokenerror', () => queueMicrotask(() => controller.abort(reason)));
    const { signal } = controller;
    await expect(lab.now.secure(lab.now.url('vod/1.m4s'), { signal })).rejects.toBe(reason);
    expect(lab.now.seen).toEqual([]);
  });

  test.each([
    ['ERR_DENIED', () => Promise.reject(new SecureTokenError('ERR_DENIED', 'no'))],
    ['ERR_SIGNING_RESPONSE', () => Promise.resolve([])],
  ])('for good: 403, which is final (%s)', async (code, getTokens) => {
    lab.now.getTokens = getTokens;
    const response = await lab.now.secure(lab.now.url('vod/1.m4s'));
    expect(response).toBeInstanceOf(Response);
    expect(response).toMatchObject({ status: 403, statusText: code, body: null, url: lab.now.url('vod/1.m4s') });
  });

  test('so it is when the token of a replay cannot be had', async () => {
    lab.now.answers.push(refuse(403));
    await lab.now.source.sign(lab.now.url('vod/1.m4s'));
    lab.now.getTokens = () => Promise.reject(new SecureTokenError('ERR_DENIED', 'no'));
    expect(await lab.now.secure(lab.now.url('vod/1.m4s'))).toMatchObject({ status: 403, statusText: 'ERR_DENIED' });
  });
});

test('a failure of the network is that of fetch', async () => {
  const failure = new TypeError('Failed to fetch');
  const secure = secureFetch(lab.now.source, () => Promise.reject(failure));
  await expect(secure(lab.now.url('vod/1.m4s'))).rejects.toBe(failure);
});

describe('aborted', () => {
  const holdTokens = (): ((value: unknown) => void) => {
    let go!: (value: unknown) => void;
    const held = new Promise((resolve) => (go = resolve));
    lab.now.getTokens = () => held.then(() => lab.now.token(1));
    return go;
  };

  test('while it waits for a token: with the reason; others wait on', async () => {
    const go = holdTokens();
    const reason = new Error('enough');
    const [mine, byDefault] = [new AbortController(), new AbortController()];
    const url = lab.now.url('vod/1.m4s');
    const aborted = lab.now.secure(url, { signal: mine.signal });
    const other = lab.now.secure(new Request(url, { signal: byDefault.signal }));
    const third = lab.now.secure(url);
    mine.abort(reason);
    byDefault.abort();
    await expect(aborted).rejects.toBe(reason);
    await expect(other).rejects.toMatchObject({ name: 'AbortError' });
    go(undefined);
    expect((await third).status).toBe(200);
    expect(lab.now.asked).toHaveLength(1);
    expect(lab.now.seen).toHaveLength(1);
  });

  test('before it begins', async () => {
    const signal = AbortSignal.abort();
    await expect(lab.now.secure(lab.now.url('vod/1.m4s'), { signal })).rejects.toBe(signal.reason);
    expect([lab.now.asked, lab.now.seen]).toEqual([[], []]);
  });

  test('on the wire, and while its replay waits', async () => {
    const { secure, answers } = lab.now;
    const url = lab.now.url('vod/1.m4s');
    const first = new AbortController();
    answers.push(() => first.abort());
    await expect(secure(url, { signal: first.signal })).rejects.toMatchObject({ name: 'AbortError' });

    const second = new AbortController();
    answers.push(refuse(403));
    lab.now.source.addEventListener('tokenrefused', () => second.abort());
    holdTokens();
    await expect(secure(url, { signal: second.signal })).rejects.toMatchObject({ name: 'AbortError' });
    expect(lab.now.seen).toHaveLength(2);
  });
});
