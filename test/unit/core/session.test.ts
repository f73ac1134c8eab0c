import { describe, expect, test } from 'vitest';
import type { Answer, Call } from './lab.ts';
import { MASTER, advanceSeconds, fail, fakeTime, folder, inTurn, lab } from './lab.ts';

fakeTime();

const sessionsOf = (calls: readonly Call[]): string[] =>
  calls.map((call) => (call as Call & { session: string }).session);

const ended: Answer = () =>
  new Response(JSON.stringify({ type: 'urn:secure-token:session-ended' }), {
    status: 403,
    headers: { 'content-type': 'application/problem+json' },
  });

describe('the session of a token source', () => {
  test('is 128 random bits in base64url, and another one for each source', () => {
    const sessions = Array.from({ length: 50 }, () => lab().source.session);
    // the last of 22 characters holds two bits
    for (const session of sessions) expect(session).toMatch(/^[\w-]{21}[AQgw]$/);
    expect(new Set(sessions).size).toBe(50);
  });

  test('goes with every call, the same one', async () => {
    const { source, calls } = lab(folder(20));
    await source.sign(MASTER);
    await advanceSeconds(40);
    await source.sign(MASTER);
    await source.renew();
    expect(calls.length).toBeGreaterThan(2);
    expect(new Set(sessionsOf(calls))).toEqual(new Set([source.session]));
  });

  test('stays the same after any other denial: another one would take a second place', async () => {
    const { source, calls } = lab(inTurn(fail(403), folder()));
    await expect(source.sign(MASTER)).rejects.toMatchObject({ code: 'ERR_DENIED' });
    await source.renew();
    await source.sign(MASTER);
    expect(new Set(sessionsOf(calls))).toEqual(new Set([source.session]));
  });

  test('is another one after renew() if the endpoint has ended it: it denies the first for good', async () => {
    const { source, calls } = lab(inTurn(ended, folder()));
    const before = source.session;
    await expect(source.sign(MASTER)).rejects.toMatchObject({ code: 'ERR_DENIED' });
    await source.renew();
    await source.sign(MASTER);
    expect(source.session).not.toBe(before);
    expect(sessionsOf(calls)).toEqual([before, source.session]);
  });
});

describe('a viewer who was signed out everywhere: logged out first, and then the session was ended', () => {
  test('session: another one after the next log-in, in the same call of renew()', async () => {
    const { source, calls } = lab(inTurn(fail(403), ended, folder()));
    const before = source.session;
    await expect(source.sign(MASTER)).rejects.toMatchObject({ code: 'ERR_DENIED' });
    await source.renew();
    await source.sign(MASTER);
    expect(source.session).not.toBe(before);
    expect(sessionsOf(calls)).toEqual([before, before, source.session]);
  });

  test('session: calls side by side begin one new session, not two', async () => {
    const { source, calls } = lab(inTurn(fail(403), ended, ended, folder()));
    await expect(source.sign(MASTER)).rejects.toMatchObject({ code: 'ERR_DENIED' });
    await source.renew();
    await Promise.all(
      [source.sign(MASTER), source.sign('https://other.test/a.m3u8')].map((each) => each.catch(String)),
    );
    expect(new Set(sessionsOf(calls)).size).toBe(2);
  });

  test('session: renew() twice, before the first call is answered: begins anew all the same', async () => {
    const { source } = lab(inTurn(fail(403), ended, folder()));
    const before = source.session;
    await expect(source.sign(MASTER)).rejects.toMatchObject({ code: 'ERR_DENIED' });
    await Promise.all([source.renew(), source.renew()]);
    await source.sign(MASTER);
    expect(source.session).not.toBe(before);
  });

  test('session: ended once it has played on after the log-in, it stays ended', async () => {
    const { source, calls } = lab(inTurn(fail(403), folder(20), ended));
    await expect(source.sign(MASTER)).rejects.toMatchObject({ code: 'ERR_DENIED' });
    await source.renew();
    await source.sign(MASTER);
    await advanceSeconds(40);
    await expect(source.sign(MASTER)).rejects.toMatchObject({ type: 'urn:secure-token:session-ended' });
    expect(new Set(sessionsOf(calls)).size).toBe(1);
  });
});

describe('the `type` of a problem (RFC 9457)', () => {
  const problem =
    (type: unknown): Answer =>
    () =>
      new Response(JSON.stringify({ type }), { status: 403, headers: { 'content-type': 'application/problem+json' } });

  test('stands in the error, so that the app can say why', async () => {
    await expect(lab(problem('urn:secure-token:session-limit')).source.sign(MASTER)).rejects.toMatchObject({
      code: 'ERR_DENIED',
      type: 'urn:secure-token:session-limit',
    });
  });

  test.each([
    ['left out', undefined],
    ['no text', { st: 'SECRET' }],
    ['no URI', 'session limit'],
    ['a URL with a query, which could be a token', 'https://api.test/problem?st=SECRET'],
    ['very long', `urn:${'a'.repeat(1000)}`],
  ])('is not in the error: %s', async (_, type) => {
    const error: unknown = await lab(problem(type))
      .source.sign(MASTER)
      .catch((cause: unknown) => cause);
    expect(error).toMatchObject({ code: 'ERR_DENIED' });
    expect(error).not.toHaveProperty('type');
  });

  test('is not in the error of an endpoint that is down and says nothing', async () => {
    const { source } = lab(fail(400));
    const error: unknown = await source.sign(MASTER).catch((cause: unknown) => cause);
    expect(error).not.toHaveProperty('type');
  });
});
