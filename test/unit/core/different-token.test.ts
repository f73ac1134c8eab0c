import { describe, expect, test, vi } from 'vitest';
import type { Answer } from './lab.ts';
import {
  CDN,
  FOLDER,
  MASTER,
  START,
  code,
  fakeTime,
  lab,
  advanceSeconds,
  seconds,
  segment,
  tokenOf,
  watch,
} from './lab.ts';

fakeTime();

describe('a request that was refused is replayed only with a different token', () => {
  test.each([
    ['query', { query: { st: 'same' } }],
    ['headers', { headers: { 'x-t': 'same' } }],
    ['base', { base: `${CDN}/same/` }],
  ])('the endpoint answers with the same token (%s): show the player the refusal', async (_, token) => {
    const { source, calls, events } = lab(() => ({
      now: seconds(),
      tokens: [{ prefix: FOLDER, expires: seconds() + 300, ...token }],
    }));
    const request = await source.sign(MASTER);
    await advanceSeconds(1);
    const replay = watch(source.refused(request, 403));
    await advanceSeconds(60);
    expect(replay).toEqual({ state: 'done', value: undefined });
    expect(calls).toHaveLength(3);
    expect(events.at(-1)).toMatchObject({
      type: 'tokenerror',
      detail: { error: { code: 'ERR_TOKEN_REFUSED', url: MASTER, status: 403 } },
    });
  });

  describe('in the second in which it was made, by an endpoint that makes one token a second', () => {
    const bySecond: Answer = ({ urls }) => {
      const now = Math.floor(seconds());
      return { now, tokens: urls.map((url) => ({ url, query: { st: `t${now - START}` }, expires: now + 60 })) };
    };

    test('a second later there is another: replayed, however many were refused at once', async () => {
      const { source, calls, types } = lab(bySecond);
      const requests = await Promise.all([1, 2, 3].map((n) => source.sign(segment(n))));
      const replays = requests.map((request) => watch(source.refused(request, 403)));
      await advanceSeconds(0.9);
      expect(replays.map(({ state }) => state)).toEqual(['pending', 'pending', 'pending']);
      await advanceSeconds(0.1);
      expect(replays.map(({ value }) => tokenOf(value))).toEqual(['t1', 't1', 't1']);
      expect(calls.map(({ at, reason, urls }) => [at, reason, urls.length])).toEqual([
        [0, 'initial', 3],
        [0, 'refused', 3],
        [1, 'refused', 3],
      ]);
      expect(types()).not.toContain('tokenerror');
    });

    test('an abort or destroy() ends the wait, and leaves no timer', async () => {
      const { source } = lab(bySecond);
      const request = await source.sign(MASTER);
      const leaving = new AbortController();
      const [one, two] = [
        code(source.refused(request, 403, { signal: leaving.signal })),
        code(source.refused(request, 403)),
      ];
      await advanceSeconds(0.5);
      leaving.abort();
      expect(await one).toMatch(/abort/i);
      source.destroy();
      expect(await two).toBe('ERR_DESTROYED');
      expect(vi.getTimerCount()).toBe(0);
    });
  });

  test.each([
    ['headers', (n: number) => ({ headers: { 'x-t': `${n}` } })],
    ['base', (n: number) => ({ base: `${CDN}/${n}/` })],
    ['cookie: its value cannot be seen', () => ({ credentials: true })],
  ])('a different token (%s) is recognised', async (_, token) => {
    const { source } = lab((call) => ({
      now: seconds(),
      tokens: [{ prefix: FOLDER, expires: seconds() + 300, ...token(call.index) }],
    }));
    const request = await source.sign(MASTER);
    await advanceSeconds(1);
    expect(await source.refused(request, 403)).toMatchObject({ source: MASTER });
  });
});
