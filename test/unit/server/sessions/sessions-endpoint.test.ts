import { describe, expect, test, vi } from 'vitest';
import { commonAccessToken } from '../../../../packages/server/src/cat.ts';
import { createEdgeHandler, createSigningEndpoint } from '../../../../packages/server/src/index.ts';
import type { TokenFormat } from '../../../../packages/server/src/index.ts';
import { jwt } from '../../../../packages/server/src/jwt.ts';
import { createSessions, memoryStore } from '../../../../packages/server/src/sessions.ts';
import type { Admission } from '../../../../packages/server/src/sessions.ts';
import { secret } from '../../../support/format-samples.ts';
import { post } from '../../../support/signing-endpoint.ts';
import { requestWith } from '../../../support/token-request.ts';
import { FILM, HOST, cat, keys, one, other, ownJwt, setUp, third } from './sessions-lab.ts';
import type { Answer } from './sessions-lab.ts';

describe('createSigningEndpoint with sessions', () => {
  test('one session too many is denied with a type of its own and the limit', async () => {
    const { ask } = setUp(cat, { limit: 2 });
    expect((await ask({ session: one })).status).toBe(200);
    expect((await ask({ session: other })).status).toBe(200);
    const { status, body } = await ask({ session: third });
    expect(status).toBe(403);
    expect(body).toMatchObject({ type: 'urn:secure-token:session-limit', title: 'Too Many Sessions', limit: 2 });
    expect((await ask({ session: one, reason: 'expiring' })).status).toBe(200);
    expect((await ask({ session: third }, 'ben')).status).toBe(200);
  });

  test('a session that was ended is denied with another type; who logs in anew begins another one', async () => {
    const { ask, sessions } = setUp();
    await ask({ session: one });
    await sessions.end({ viewer: 'anna' });
    expect(await ask({ session: one, reason: 'expiring' })).toMatchObject({
      status: 403,
      body: { type: 'urn:secure-token:session-ended' },
    });
    expect((await ask({ session: other })).status).toBe(200);
  });

  test('an end is remembered until the last token has expired, also where the store was slow', async () => {
    const time = { now: 1_795_500_000_000 };
    const clock = (): number => time.now;
    const store = memoryStore();
    const admit = store.admit.bind(store);
    vi.spyOn(store, 'admit').mockImplementation(async (call) => {
      const answer = await admit(call);
      time.now += 1900;
      return answer;
    });
    // a place that is free long before the tokens expire
    const sessions = createSessions({ store, viewer: () => 'anna', idle: 30, clock });
    const endpoint = createSigningEndpoint({
      ...{ format: cat, allow: `${HOST}/vod/`, ttl: 300, clock, sessions, authorize: () => true },
    });
    const { tokens, now } = (await (await endpoint(post({ urls: [FILM] }))).json()) as Answer;
    await sessions.end({ viewer: 'anna' });
    expect((await sessions.ended())!.sessions[0]!.untilMs).toBeGreaterThanOrEqual(tokens![0]!.expires * 1000);
    expect(now, 'the time of the answer').toBe(1_795_500_001);
  });

  test('pages that send no session, or null, are one session of their viewer', async () => {
    const { ask, sessions } = setUp(cat, { limit: 1 });
    for (const body of [{}, { session: null }, {}]) expect((await ask(body)).status).toBe(200);
    expect(await sessions.list('anna')).toHaveLength(1);
    expect((await ask({ session: one })).status).toBe(403);
  });

  test.each(['', 'short', `${one}A`, 'AAAAAAAAAAAAAAAAAAAAAB', 'AAAAAAAAAAAAAAAAAAAA==', 7, {}, [one]])(
    'what is no session is a 400: %j',
    async (session) => {
      const { ask, sessions } = setUp();
      expect((await ask({ session })).status).toBe(400);
      expect(await sessions.list('anna')).toEqual([]);
    },
  );

  test('who may watch nothing takes no place', async () => {
    const { ask, sessions } = setUp();
    expect((await ask({ session: one }, 'nobody')).status).toBe(403);
    expect((await ask({ session: one, urls: ['https://other.example.com/'] })).status).toBe(403);
    expect(await sessions.list('nobody')).toEqual([]);
  });

  test.each<[string, Admission]>([
    ['was ended', { state: 'ended' }],
    ['is one too many', { state: 'full', limit: 1 }],
  ])('for a session that %s, no playlist is read, and no child signed', async (_, admission) => {
    const { sessions } = setUp();
    const admit = vi.spyOn(sessions, 'admit').mockResolvedValue(admission);
    const sign = vi.fn<TokenFormat['sign']>((url, expires, session) => ownJwt.sign(url, expires, session));
    const read = vi.fn(async () => new Response('#EXTM3U\n#EXTINF:4,\n1.ts\n'));
    const endpoint = createSigningEndpoint({
      ...{ format: { ...ownJwt, sign }, allow: `${HOST}/vod/`, ttl: 300, sessions, authorize: () => true },
      expand: { fetch: read },
    });
    const ask = async (): Promise<Response> => endpoint(post({ urls: [FILM], session: one }, { 'X-Viewer': 'anna' }));
    expect((await ask()).status).toBe(403);
    expect([read.mock.calls, sign.mock.calls.map(([{ href }]) => href)]).toEqual([[], [FILM]]);
    admit.mockRestore();
    const { tokens } = (await (await ask()).json()) as Answer;
    expect(tokens!.map(({ url }) => url)).toEqual([FILM, `${HOST}/vod/7/1.ts`]);
    expect(await sessions.list('anna')).toHaveLength(1);
  });

  test('a format that fails at the children of a playlist: it has its token, and the log hears of it', async () => {
    const { sessions } = setUp(ownJwt, { limit: 1 });
    const onError = vi.fn();
    const broken = new Error('the key store is down');
    const sign: TokenFormat['sign'] = async (url, ...rest) => {
      if (url.pathname.endsWith('.ts')) throw broken;
      return ownJwt.sign(url, ...rest);
    };
    const endpoint = createSigningEndpoint({
      ...{ format: { ...ownJwt, sign }, allow: `${HOST}/vod/`, ttl: 300, sessions, authorize: () => true, onError },
      expand: { fetch: async () => new Response('#EXTM3U\n#EXTINF:4,\n1.ts\n') },
    });
    const answer = await endpoint(post({ urls: [FILM], session: one }, { 'X-Viewer': 'anna' }));
    expect(answer.status).toBe(200);
    expect(((await answer.json()) as Answer).tokens).toMatchObject([{ url: FILM }]);
    expect(onError.mock.calls).toEqual([[broken]]);
  });

  test('a viewer without a name, or a store that fails, is a 503 that players retry, and the log hears of it', async () => {
    const { ask, errors } = setUp();
    expect((await ask({ session: one }, '')).status).toBe(503);
    expect(String(errors[0])).toContain('sessions.viewer');
  });

  test('an endpoint without sessions does not look at the member', async () => {
    const endpoint = createSigningEndpoint({ format: cat, allow: HOST, ttl: 60, authorize: () => true });
    const body = JSON.stringify({ urls: [FILM], session: 7 });
    const headers = { 'Content-Type': 'application/json' };
    expect((await endpoint(new Request('https://app.example.com/', { method: 'POST', headers, body }))).status).toBe(
      200,
    );
  });

  test('what is no set of sessions is refused at once', () => {
    expect(() =>
      createSigningEndpoint({ format: cat, allow: HOST, ttl: 60, authorize: () => true, sessions: {} as never }),
    ).toThrow(/^sessions:/);
  });
});

describe('a format with an id of its own in the place of that of a session', () => {
  test('a Common Access Token with a claim `cti` is none of an edge with sessions', async () => {
    const format = commonAccessToken({ keys, claims: new Map([[7, new TextEncoder().encode('own')]]) });
    expect(() =>
      createEdgeHandler({ format, origin: 'https://origin.example.com/', sessions: setUp().sessions }),
    ).toThrow(/^sessions:/);
    const verdict = await format.verify(
      requestWith(FILM, await format.sign(new URL(FILM), 1_795_500_060)),
      1_795_500_000,
    );
    expect(verdict).toMatchObject({ ok: true });
    expect(verdict).not.toHaveProperty('session');
  });

  test('a JWT with a `jti` of its own is signed for no session', async () => {
    const format = jwt({ keys: [{ key: secret }], algorithm: 'HS256', claims: () => ({ jti: 'own' }) });
    await expect(Promise.resolve(format.sign(new URL(FILM), 1_795_500_060))).resolves.toBeDefined();
    await expect(async () => format.sign(new URL(FILM), 1_795_500_060, 'session')).rejects.toMatchObject({
      code: 'ERR_OPTIONS',
      message: expect.stringMatching(/^claims:/) as string,
    });
  });
});

describe('a `jti` of a JWT of your own', () => {
  const format = jwt({
    keys: [{ key: secret }],
    algorithm: 'HS256',
    claims: ({ pathname }) => ({ sub: pathname, jti: 'own' }),
  });

  test('is the id of no session: children of a playlist are signed', async () => {
    const now = 1_795_500_000;
    const edge = createEdgeHandler({
      ...{ format, signPlaylists: true, clock: () => now * 1000 },
      origin: () => new Response('#EXTM3U\n1.ts'),
    });
    const request = requestWith(FILM, await format.sign(new URL(FILM), now + 60));
    expect(await format.verify(request, now)).not.toHaveProperty('session');
    const [, child] = (await (await edge(request)).text()).split('\n');
    expect(await format.verify(new Request(new URL(child!, FILM)), now)).toMatchObject({ ok: true });
  });
});
