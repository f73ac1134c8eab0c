import { describe, expect, test, vi } from 'vitest';
import { commonAccessToken } from '../../../../packages/server/src/cat.ts';
import { createEdgeHandler, edgeAuth } from '../../../../packages/server/src/index.ts';
import type { VerifyingTokenFormat } from '../../../../packages/server/src/index.ts';
import { hexKey } from '../../../support/format-samples.ts';
import { requestWith } from '../../../support/token-request.ts';
import { FILM, HOST, cat, folderToken, keys, one, ownJwt, setUp } from './sessions-lab.ts';

/** An edge whose store can be away. */
function flaky(options?: Parameters<typeof setUp>[1]) {
  const store = { isAway: false };
  const lab = setUp(cat, {
    ...options,
    ended: async (sessions, known) => {
      if (store.isAway) throw new Error('store away');
      return sessions.ended(known);
    },
  });
  return { ...lab, store };
}

describe('createEdgeHandler with sessions', () => {
  test.each<[string, VerifyingTokenFormat]>([
    ['a Common Access Token (cti)', cat],
    ['a JWT (jti)', ownJwt],
    ['a folder token (azion)', folderToken],
  ])('refuses %s of a session within five seconds of its end, and no other', async (_, format) => {
    const { time, sessions, tokenOf, watch } = setUp(format);
    const [annas, bens] = [await tokenOf(one), await tokenOf(one, 'ben')];
    expect(await watch(annas)).toBe(200);
    expect(await watch(bens)).toBe(200);
    await sessions.end({ viewer: 'anna' });
    time.now += 4999;
    expect(await watch(annas)).toBe(403);
    expect(await watch(bens)).toBe(200);
    const ofNoSession = await format.sign(new URL(FILM), Math.floor(time.now / 1000) + 60);
    expect(await watch(ofNoSession)).toBe(200);
  });

  test('judges by the last list while the store is away, waits for nothing, and tells the log', async () => {
    const { tokenOf, watch, time, store, sessions, errors } = flaky();
    const token = await tokenOf(one);
    expect(await watch(token)).toBe(200);
    store.isAway = true;
    time.now += 10_000;
    expect(await watch(token)).toBe(200);
    expect(errors.map(String)).toEqual(['Error: store away']);
    store.isAway = false;
    await sessions.end({ viewer: 'anna' });
    time.now += 60_000;
    expect(await watch(token), 'after its return').toBe(403);
    store.isAway = true;
    time.now += 60_000;
    expect(await watch(token), 'an end that was heard of').toBe(403);
  });

  test('strict: answers 503 while the store is away for more than five seconds', async () => {
    const { tokenOf, watch, time, store } = flaky({ strict: true });
    const token = await tokenOf(one);
    expect(await watch(token)).toBe(200);
    store.isAway = true;
    time.now += 3999;
    expect(await watch(token)).toBe(200);
    time.now += 1001;
    expect(await watch(token)).toBe(503);
    store.isAway = false;
    time.now += 2000;
    await watch(token);
    expect(await watch(token)).toBe(200);
  });

  test('hears of an end within five seconds, also in a runtime that ends a call with the request that has made it', async ({
    onTestFinished,
  }) => {
    let calls = 0;
    const { tokenOf, watch, time, sessions } = setUp(cat, {
      ended: (own, known) => (calls++ === 1 ? new Promise(() => undefined) : own.ended(known)),
    });
    const token = await tokenOf(one);
    expect(await watch(token)).toBe(200);
    await sessions.end({ viewer: 'anna' });
    time.now += 2900;
    expect(await watch(token)).toBe(200);
    vi.useFakeTimers();
    onTestFinished(() => {
      vi.useRealTimers();
    });
    time.now += 100;
    const late = watch(token);
    await vi.advanceTimersByTimeAsync(1000);
    expect(await late).toBe(403);
  });

  test('gives the session of a playlist to its children', async () => {
    const { sessions, time } = setUp();
    const edge = createEdgeHandler({
      format: commonAccessToken({ keys, depth: 2 }),
      sessions,
      clock: () => time.now,
      signPlaylists: true,
      origin: () => new Response('#EXTM3U\n../b/1.ts'),
    });
    const playlist = `${HOST}/live/7/a/i.m3u8`;
    const token = await cat.sign(new URL(playlist), time.now / 1000 + 60, 'a session');
    const [, child] = (await (await edge(requestWith(playlist, token))).text()).split('\n');
    const verdict = await cat.verify(new Request(new URL(child!, playlist)), time.now / 1000);
    expect(verdict).toMatchObject({ ok: true, session: 'a session' });
  });

  test.each<[string, object, RegExp]>([
    ['a format whose tokens name no session', { format: edgeAuth({ key: hexKey }) }, /^sessions: .* edge-auth/],
    ['what is no set of sessions', { sessions: {} }, /^sessions:/],
    [
      'renewal, of whose tokens the store knows nothing',
      { format: commonAccessToken({ keys, renewal: { lifetime: 60, grant: 3600 } }), renew: { within: 30 } },
      /^renew:/,
    ],
  ])('refuses %s at once', (_, options, message) => {
    const { sessions } = setUp();
    expect(() => createEdgeHandler({ format: cat, origin: HOST, sessions, ...options })).toThrow(message);
  });
});
