import { describe, expect, test, vi } from 'vitest';
import { commonAccessToken } from '../../../../packages/server/src/cat.ts';
import { createEdgeHandler, createSigningEndpoint, edgeAuth, azion } from '../../../../packages/server/src/index.ts';
import type { TokenFormat, VerifyingTokenFormat } from '../../../../packages/server/src/index.ts';
import { createSessions, memoryStore } from '../../../../packages/server/src/sessions.ts';
import type { Sessions } from '../../../../packages/server/src/sessions.ts';
import { hexKey, secret } from '../../../support/format-samples.ts';
import { post } from '../../../support/signing-endpoint.ts';
import { requestWith } from '../../../support/token-request.ts';
import { FILM, HOST, cat, folderToken, keys, one, ownJwt, setUp } from './sessions-lab.ts';
import type { Answer } from './sessions-lab.ts';

describe('createEdgeHandler with sessions', () => {
  test('a failure that is long over lets nobody pass unheard', async () => {
    const { sessions } = setUp();
    let isAway = false;
    const flaky: Sessions = {
      ...sessions,
      ended: (known) => (isAway ? Promise.reject(new Error('store away')) : lab.sessions.ended(known)),
    };
    const lab = setUp(cat, { edgeSessions: flaky });
    const token = await lab.tokenOf(one);
    expect(await lab.watch(token)).toBe(200);
    lab.time.now += 2500;
    isAway = true;
    expect(await lab.watch(token)).toBe(200);
    isAway = false;
    await lab.sessions.end({ viewer: 'anna' });
    lab.time.now += 60_000;
    expect(await lab.watch(token)).toBe(403);
  });

  test('in a runtime that ends a call with the request that has made it, an end is heard of within five seconds', async ({
    onTestFinished,
  }) => {
    let calls = 0;
    const cut: Sessions = {
      ...setUp().sessions,
      ended: (known) => (calls++ === 1 ? new Promise(() => undefined) : lab.sessions.ended(known)),
    };
    const lab = setUp(cat, { edgeSessions: cut });
    const token = await lab.tokenOf(one);
    expect(await lab.watch(token)).toBe(200);
    await lab.sessions.end({ viewer: 'anna' });
    lab.time.now += 2900;
    expect(await lab.watch(token)).toBe(200);
    vi.useFakeTimers();
    onTestFinished(() => void vi.useRealTimers());
    lab.time.now += 100;
    const late = lab.watch(token);
    await vi.advanceTimersByTimeAsync(1000);
    expect(await late).toBe(403);
    expect(calls).toBe(3);
  });

  test('while the store is slow, a crowd makes few calls', async ({ onTestFinished }) => {
    let calls = 0;
    const slow: Sessions = {
      ...setUp().sessions,
      ended: async () => {
        calls++;
        await new Promise((resolve) => setTimeout(resolve, 1500));
        return { version: '1', sessions: [] };
      },
    };
    const lab = setUp(cat, { edgeSessions: slow });
    const token = await lab.tokenOf(one);
    vi.useFakeTimers();
    onTestFinished(() => void vi.useRealTimers());
    const crowd = Promise.all(Array.from({ length: 50 }, () => lab.watch(token)));
    for (let i = 0; i < 40; i++) await vi.advanceTimersByTimeAsync(100);
    expect(new Set(await crowd)).toEqual(new Set([200]));
    expect(calls).toBeLessThanOrEqual(2);
  });

  test('does not renew tokens, too: a store forgets the end of a session whose tokens are renewed at the edge', () => {
    const format = commonAccessToken({ keys, renewal: { lifetime: 60, grant: 3600 } });
    const { sessions } = setUp();
    expect(() =>
      createEdgeHandler({ format, origin: 'https://origin.example.com/', sessions, renew: { within: 30 } }),
    ).toThrow(expect.objectContaining({ code: 'ERR_OPTIONS', message: expect.stringMatching(/^renew:/) as string }));
  });

  const formats: [string, VerifyingTokenFormat][] = [
    ['a Common Access Token (cti)', cat],
    ['a Common Access Token of one path', commonAccessToken({ keys, exact: true, carrier: 'header' })],
    ['a JWT (jti)', ownJwt],
    ['a folder token (azion)', folderToken],
  ];
  test.each(formats)('refuses %s of a session within five seconds of its end, and no other', async (_, format) => {
    const { time, sessions, tokenOf, watch } = setUp(format);
    const [annas, bens] = [await tokenOf(one), await tokenOf(one, 'ben')];
    expect([await watch(annas), await watch(bens)]).toEqual([200, 200]);
    await sessions.end({ viewer: 'anna' });
    time.now += 4999;
    expect([await watch(annas), await watch(bens)]).toEqual([403, 200]);
  });

  test('hears of an end within five seconds whatever the times of requests are', async () => {
    for (const gap of [100, 700, 1999, 2000, 2500, 3999, 4000]) {
      const { time, sessions, tokenOf, watch } = setUp();
      const token = await tokenOf(one);
      await watch(token);
      for (let i = 0; i < 5; i++) {
        time.now += gap;
        expect(await watch(token)).toBe(200);
      }
      await sessions.end({ viewer: 'anna' });
      const endedMs = time.now;
      let status = 200;
      while (status === 200 && time.now - endedMs < 20_000) {
        time.now += gap;
        status = await watch(token);
      }
      expect([gap, status]).toEqual([gap, 403]);
      expect(time.now - endedMs).toBeLessThanOrEqual(5000 + gap);
    }
  });

  test('asks for the list once in two seconds, however many requests come', async () => {
    let calls = 0;
    const counted: Sessions = {
      ...setUp().sessions,
      ended: () => {
        calls++;
        return Promise.resolve({ version: '1', sessions: [] });
      },
    };
    const { time, tokenOf, watch } = setUp(cat, { edgeSessions: counted });
    const token = await tokenOf(one);
    for (let i = 0; i < 100; i++) {
      time.now += 100;
      await Promise.all([watch(token), watch(token), watch(token)]);
    }
    expect(calls).toBeLessThanOrEqual(6);
  });

  test('while the store is away the last list holds, the log hears of it, and nobody waits', async () => {
    const { sessions } = setUp();
    let isAway = false;
    const flaky: Sessions = {
      ...sessions,
      ended: async (known) => {
        if (isAway) throw new Error('store away');
        return sessions.ended(known);
      },
    };
    const lab = setUp(cat, { edgeSessions: flaky });
    const token = await lab.tokenOf(one);
    expect(await lab.watch(token)).toBe(200);
    isAway = true;
    lab.time.now += 10_000;
    expect(await lab.watch(token)).toBe(200);
    expect(lab.errors.map(String)).toEqual(['Error: store away']);
  });

  test('an end that was heard of holds while the store is away, and after it has come back empty', async () => {
    let list = { version: '1', sessions: [] as { id: string; untilMs: number }[] };
    let isAway = false;
    const { sessions } = setUp();
    const remote: Sessions = {
      ...sessions,
      ended: () => (isAway ? Promise.reject(new Error('store away')) : Promise.resolve(list)),
    };
    const lab = setUp(cat, { edgeSessions: remote });
    const token = await lab.tokenOf(one);
    const [{ id } = { id: '' }] = await lab.sessions.list('anna');
    list = { version: '2', sessions: [{ id, untilMs: lab.time.now + 300_000 }] };
    expect(await lab.watch(token)).toBe(403);
    isAway = true;
    lab.time.now += 60_000;
    expect(await lab.watch(token)).toBe(403);
    [isAway, list] = [false, { version: '', sessions: [] }];
    lab.time.now += 10_000;
    expect(await lab.watch(token)).toBe(403);
  });

  test('strict: while the store is away for more than five seconds, requests are a 503', async () => {
    const { sessions } = setUp();
    let isAway = false;
    const flaky: Sessions = {
      ...sessions,
      ended: async (known) => {
        if (isAway) throw new Error('store away');
        return sessions.ended(known);
      },
    };
    const lab = setUp(cat, { edgeSessions: flaky, strict: true });
    const token = await lab.tokenOf(one);
    expect(await lab.watch(token)).toBe(200);
    isAway = true;
    lab.time.now += 3999;
    expect(await lab.watch(token)).toBe(200);
    lab.time.now += 1001;
    expect(await lab.watch(token)).toBe(503);
    isAway = false;
    lab.time.now += 2000;
    await lab.watch(token);
    expect(await lab.watch(token)).toBe(200);
  });

  test.each([false, true])(
    'after the clock was set back, an end is heard of within five seconds, with few calls (strict: %s)',
    async (strict) => {
      let calls = 0;
      const { sessions } = setUp();
      const counted: Sessions = {
        ...sessions,
        ended: (known) => {
          calls++;
          return lab.sessions.ended(known);
        },
      };
      const lab = setUp(cat, { edgeSessions: counted, strict });
      const [annas, bens] = [await lab.tokenOf(one), await lab.tokenOf(one, 'ben')];
      expect([await lab.watch(annas), await lab.watch(bens)]).toEqual([200, 200]);
      lab.time.now -= 3_600_000;
      await lab.sessions.end({ viewer: 'anna' });
      lab.time.now += 4999;
      expect([await lab.watch(annas), await lab.watch(bens)]).toEqual([403, 200]);
      const callsAtFirst = calls;
      for (let i = 0; i < 100; i++) {
        lab.time.now += 10;
        await lab.watch(bens);
      }
      expect(calls - callsAtFirst).toBeLessThanOrEqual(1);
    },
  );

  test('an end holds after a clock that was a day ahead was set right', async () => {
    const lab = setUp();
    const token = await lab.tokenOf(one);
    await lab.sessions.end({ viewer: 'anna' });
    const { sessions: ended = [] } = (await lab.sessions.ended()) ?? {};
    const asked: (string | undefined)[] = [];
    const remote: Sessions = {
      ...lab.sessions,
      ended: (known) => {
        asked.push(known);
        return Promise.resolve(known === '1' ? undefined : { version: '1', sessions: ended });
      },
    };
    const edge = setUp(cat, { edgeSessions: remote });
    expect(await edge.watch(token)).toBe(403);
    edge.time.now += 86_400_000;
    await edge.watch(await edge.tokenOf(one, 'ben'));
    edge.time.now -= 86_400_000;
    expect(await edge.watch(token)).toBe(403);
    expect(asked).toEqual([undefined, '1', undefined]);
  });

  test('tokens that name no session go on', async () => {
    const { watch, time } = setUp();
    expect(await watch(await cat.sign(new URL(FILM), time.now / 1000 + 60))).toBe(200);
  });

  test('children of a playlist carry the session of its token', async () => {
    const { sessions, time } = setUp();
    const edge = createEdgeHandler({
      ...{ format: commonAccessToken({ keys, depth: 2 }), sessions, clock: () => time.now, signPlaylists: true },
      origin: () => new Response('#EXTM3U\n../b/1.ts'),
    });
    const format = commonAccessToken({ keys });
    const playlist = `${HOST}/live/7/a/i.m3u8`;
    const token = await format.sign(new URL(playlist), time.now / 1000 + 60, 'a session');
    const [, child] = (await (await edge(requestWith(playlist, token))).text()).split('\n');
    const verdict = await format.verify(new Request(new URL(child!, playlist)), time.now / 1000);
    expect(verdict).toMatchObject({ ok: true, session: 'a session' });
  });

  test('also a child outside its folder, with a secret that is asked for', async () => {
    const { sessions, time } = setUp();
    const params = { token: 'st', expires: 'e', session: 's' };
    const format: VerifyingTokenFormat = azion({ secret: () => secret, depth: 2, params });
    const edge = createEdgeHandler({
      ...{ format, sessions, clock: () => time.now, signPlaylists: true },
      origin: () => new Response('#EXTM3U\n/vod/8/1.ts'),
    });
    const token = await format.sign(new URL(FILM), time.now / 1000 + 60, 'a-session');
    const [, child] = (await (await edge(requestWith(FILM, token))).text()).split('\n');
    const verdict = await format.verify(new Request(new URL(child!, FILM)), time.now / 1000);
    expect(verdict).toMatchObject({ ok: true, session: 'a-session' });
  });

  test('an end holds through the second in which the last token expires', async () => {
    const time = { now: 1_795_500_000_000 };
    const clock = (): number => time.now;
    const sessions = createSessions({ store: memoryStore(), viewer: () => 'anna', idle: 30, clock });
    const endpoint = createSigningEndpoint({
      ...{ format: folderToken, allow: `${HOST}/vod/`, ttl: 300, clock, sessions, authorize: () => true },
    });
    const edge = createEdgeHandler({ format: folderToken, origin: () => new Response('ok'), clock, sessions });
    const { tokens } = (await (await endpoint(post({ urls: [FILM] }))).json()) as Answer;
    await sessions.end({ viewer: 'anna' });
    const statuses = [];
    for (const seconds of [5, 299.999, 300.5, 300.999]) {
      time.now = 1_795_500_000_000 + seconds * 1000;
      statuses.push((await edge(requestWith(FILM, tokens![0]!))).status);
    }
    expect(statuses).toEqual([403, 403, 403, 403]);
  });

  test.each<[string, object, RegExp]>([
    [
      'a format whose tokens name no session',
      { format: edgeAuth({ key: hexKey }) },
      /^sessions: Tokens of the format edge-auth/,
    ],
    ['what is no set of sessions', { sessions: {} }, /^sessions:/],
    ['strict alone', { sessions: undefined, strict: true }, /^strict:/],
  ])('refuses %s at once', (_, options, message) => {
    const { sessions } = setUp();
    expect(() => createEdgeHandler({ format: cat, origin: HOST, sessions, ...options })).toThrow(message);
  });

  test('a function that returns such a format is a 503, and the log says why', async () => {
    const errors: unknown[] = [];
    const format = edgeAuth({ key: hexKey });
    const { sessions } = setUp();
    const edge = createEdgeHandler({
      format: (): TokenFormat => format,
      origin: HOST,
      sessions,
      onError: (e) => errors.push(e),
    });
    const token = await format.sign(new URL(FILM), Math.floor(Date.now() / 1000) + 60);
    expect((await edge(requestWith(FILM, token))).status).toBe(503);
    expect(String(errors[0])).toContain('edge-auth');
  });
});
