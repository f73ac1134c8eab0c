import { describe, expect, test, vi } from 'vitest';
import { commonAccessToken } from '../../../../packages/server/src/cat.ts';
import { createEdgeHandler } from '../../../../packages/server/src/index.ts';
import type { TokenFormat } from '../../../../packages/server/src/index.ts';
import { createSessions, memoryStore } from '../../../../packages/server/src/sessions.ts';
import type { Admission } from '../../../../packages/server/src/sessions.ts';
import { endpoint, post } from '../../../support/signing-endpoint.ts';
import { requestWith } from '../../../support/token-request.ts';
import { FILM, HOST, cat, keys, one, other, ownJwt, setUp } from './sessions-lab.ts';
import type { Answer } from './sessions-lab.ts';

describe('createSigningEndpoint with sessions', () => {
  test('denies one session too many, with a type of its own and the limit', async () => {
    const { ask } = setUp(cat, { limit: 1 });
    expect((await ask({ session: one })).status).toBe(200);
    const { status, body } = await ask({ session: other });
    expect(status).toBe(403);
    expect(body).toMatchObject({ type: 'urn:secure-token:session-limit', title: 'Too Many Sessions', limit: 1 });
    expect((await ask({ session: one, reason: 'expiring' })).status).toBe(200);
    expect((await ask({ session: other }, 'ben')).status).toBe(200);
  });

  test('denies a session that was ended, with another type; who logs in anew begins another one', async () => {
    const { ask, sessions } = setUp();
    await ask({ session: one });
    await sessions.end({ viewer: 'anna' });
    const { status, body } = await ask({ session: one, reason: 'expiring' });
    expect(status).toBe(403);
    expect(body.type).toBe('urn:secure-token:session-ended');
    expect((await ask({ session: other })).status).toBe(200);
  });

  test('remembers an end until the last token has expired, also of a longer grant, and where the store was slow', async () => {
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
    const grantLonger = { format: cat, authorize: () => ({ ttl: 3600 }), clock, sessions };
    const response = await endpoint(grantLonger)(post({ urls: [FILM] }));
    const { tokens, now } = (await response.json()) as Answer;
    await sessions.end({ viewer: 'anna' });
    expect((await sessions.ended())!.sessions[0]!.untilMs).toBeGreaterThanOrEqual(tokens![0]!.expires * 1000);
    expect(now, 'the time of the answer').toBe(1_795_500_001);
  });

  test('takes pages that send no session, or null, for one session of their viewer', async () => {
    const { ask, sessions } = setUp(cat, { limit: 1 });
    for (const body of [{}, { session: null }, {}]) expect((await ask(body)).status).toBe(200);
    expect(await sessions.list('anna')).toHaveLength(1);
    expect((await ask({ session: one })).status).toBe(403);
  });

  test.each(['', 'AAAAAAAAAAAAAAAAAAAAAB', 7])(
    'answers 400 for what is no session: %j, which an endpoint without sessions does not look at',
    async (session) => {
      const { ask, sessions } = setUp();
      expect((await ask({ session })).status).toBe(400);
      expect(await sessions.list('anna')).toEqual([]);
      expect((await endpoint()(post({ urls: [FILM], session }))).status).toBe(200);
    },
  );

  test('gives no place to who may watch nothing', async () => {
    const { ask, sessions } = setUp();
    expect((await ask({ session: one }, 'nobody')).status).toBe(403);
    expect((await ask({ session: one, urls: ['https://other.example.com/'] })).status).toBe(403);
    expect(await sessions.list('nobody')).toEqual([]);
  });

  test.each<[string, Admission]>([
    ['was ended', { state: 'ended' }],
    ['is one too many', { state: 'full', limit: 1 }],
  ])('reads no playlist for a session that %s, and signs no child', async (_, admission) => {
    const { sessions } = setUp();
    vi.spyOn(sessions, 'admit').mockResolvedValue(admission);
    const sign = vi.fn<TokenFormat['sign']>((url, expires, session) => ownJwt.sign(url, expires, session));
    const read = vi.fn(async () => new Response('#EXTM3U\n#EXTINF:4,\n1.ts\n'));
    const signing = endpoint({ format: { ...ownJwt, sign }, sessions, expand: { fetch: read } });
    expect((await signing(post({ urls: [FILM], session: one }, { 'X-Viewer': 'anna' }))).status).toBe(403);
    expect(read.mock.calls).toEqual([]);
    expect(sign.mock.calls.map(([{ href }]) => href)).toEqual([FILM]);
  });

  test('answers 503 to a viewer without a name, and the log hears of it', async () => {
    const { ask, errors } = setUp();
    expect((await ask({ session: one }, '')).status).toBe(503);
    expect(String(errors[0])).toContain('sessions.viewer');
  });
});

describe('a format with an id of its own in the place of that of a session', () => {
  test('is none for an edge with sessions, as a Common Access Token with a claim `cti`', async () => {
    const format = commonAccessToken({ keys, claims: new Map([[7, new TextEncoder().encode('own')]]) });
    expect(() => createEdgeHandler({ format, origin: HOST, sessions: setUp().sessions })).toThrow(/^sessions:/);
    const request = requestWith(FILM, await format.sign(new URL(FILM), 1_795_500_060));
    expect(await format.verify(request, 1_795_500_000)).toMatchObject({ session: undefined });
  });
});
