import { inspect } from 'node:util';
import { describe, expect, test } from 'vitest';
import type { TokenSource } from '../../../packages/core/src/index.ts';
import { SecureTokenError, createTokenSource, isSecureTokenError } from '../../../packages/core/src/index.ts';
import {
  CDN,
  ENDPOINT,
  FOLDER,
  MASTER,
  after,
  code,
  each,
  fakeTime,
  fail,
  folder,
  inTurn,
  lab,
  pass,
  seconds,
  segment,
  sleep,
  watch,
} from './lab.ts';

fakeTime();

describe('createTokenSource', () => {
  describe('events', () => {
    test('tokenrenewed {reason, urls, expires, wait}, on the event and in its detail', async () => {
      const { source, events } = lab(after(1.5, folder()));
      watch(source.sign(`${MASTER}#f`));
      await pass(2);
      const expected = { reason: 'initial', urls: [MASTER], expires: seconds() - 0.5 + 300, wait: 1.5 };
      expect(events).toHaveLength(1);
      expect(events[0]).toBeInstanceOf(CustomEvent);
      expect(events[0]!.detail).toEqual(expected);
      expect(events[0]).toMatchObject(expected);
    });

    test('tokenrenewed: of several tokens, the first to end', async () => {
      const { source, events } = lab(() => ({
        now: seconds(),
        tokens: [
          { prefix: FOLDER, expires: seconds() + 300 },
          { url: MASTER, expires: seconds() + 60 },
        ],
      }));
      await source.sign(MASTER);
      expect(events[0]!.detail.expires).toBe(seconds() + 60);
    });

    test('tokenrenewed: every reason', async () => {
      const it = lab(folder(100));
      const { source, events } = it;
      await source.sign(MASTER);
      await pass(76);
      await sleep(1000);
      const request = await source.sign(MASTER);
      await source.refused(request, 403);
      expect(events.filter(({ type }) => type === 'tokenrenewed').map(({ detail }) => detail.reason)).toEqual([
        'initial',
        'expiring',
        'expired',
        'refused',
      ]);
      expect(it.reasons()).toEqual(['initial', 'expiring', 'expired', 'refused']);
    });

    test('tokenrefused {url, status}', async () => {
      const { source, events } = lab();
      await source.refused(await source.sign(`${MASTER}?st=old&x=1`), 410);
      expect(events[1]).toMatchObject({
        type: 'tokenrefused',
        url: `${MASTER}?x=1`,
        status: 410,
        detail: { url: `${MASTER}?x=1`, status: 410 },
      });
    });

    test('tokenerror {error}', async () => {
      const { source, events } = lab(inTurn(fail(500), folder()));
      watch(source.sign(MASTER));
      await pass(2);
      expect(events[0]!.type).toBe('tokenerror');
      expect(events[0]!.detail.error).toMatchObject({ code: 'ERR_SIGNING_UNAVAILABLE', status: 500 });
      expect(events[0]!.error).toBe(events[0]!.detail.error);
    });

    test('tokendenied {error}', async () => {
      const { source, events } = lab(fail(403));
      await code(source.sign(MASTER));
      expect(events[0]!.type).toBe('tokendenied');
      expect(events[0]!.error).toBe(events[0]!.detail.error);
      expect(events[0]!.detail.error).toMatchObject({ code: 'ERR_DENIED', status: 403 });
    });

    test('the new token is at hand when tokenrenewed is told', async () => {
      const { source } = lab();
      let seen: unknown;
      source.addEventListener('tokenrenewed', () => (seen = source.peek(MASTER)?.url));
      await source.sign(MASTER);
      expect(seen).toBe(`${MASTER}?st=t1`);
    });

    test('a source is an EventTarget: once, signal, removeEventListener', async () => {
      const { source } = lab(folder(10));
      let n = 0;
      const count = (): void => {
        n++;
      };
      const { signal, abort } = ((c) => ({ signal: c.signal, abort: () => c.abort() }))(new AbortController());
      source.addEventListener('tokenrenewed', count, { once: true });
      source.addEventListener('tokenrenewed', count, { signal });
      source.addEventListener('tokenrenewed', count);
      source.removeEventListener('tokenrenewed', count);
      await source.sign(MASTER);
      abort();
      await sleep(20);
      await source.sign(MASTER);
      expect(n).toBeLessThanOrEqual(1);
      expect(source).toBeInstanceOf(EventTarget);
    });

    test('its methods need no this', async () => {
      const { sign, peek, unsign, protects, destroy } = lab().source;
      await sign(MASTER);
      expect(peek(MASTER)).toBeDefined();
      expect(unsign(`${MASTER}?st=1`)).toBe(MASTER);
      expect(protects(MASTER)).toBe(true);
      destroy();
    });
  });

  describe('secrecy', () => {
    /** Everything an application could log of it. */
    const logged = (value: unknown): string => {
      const { detail } = value as { detail?: unknown };
      return [
        inspect(value, { depth: 12, showHidden: true, getters: true }),
        inspect(detail, { depth: 12, showHidden: true }),
        JSON.stringify(value),
        JSON.stringify(detail),
      ].join('\n');
    };

    /** A session in which everything that can go wrong does. */
    async function session(source: TokenSource, errors: unknown[]): Promise<void> {
      const attempt = async <T>(promise: Promise<T>): Promise<T | undefined> => {
        const seen = watch(promise);
        await pass(20);
        if (seen.error) errors.push(seen.error);
        return seen.value;
      };
      const request = await attempt(source.sign(`${MASTER}?st=SECRET-old`));
      source.learn(MASTER, '#EXTM3U\n#EXTINF:4,\n1.ts?st=SECRET-list\n#EXTINF:4,\n2.ts?st=SECRET-list');
      await attempt(source.sign(`${segment(1)}?st=SECRET-list`));
      if (request) {
        const replay = await attempt(source.refused(request, 403));
        if (replay) await attempt(source.refused(replay, 403));
      }
      await pass(3600);
      await attempt(source.sign(segment(3)));
      await attempt(source.renew());
      source.destroy();
      await attempt(source.sign(segment(4)));
    }

    const secret =
      (query: Record<string, string> = { st: 'SECRET-q' }): ReturnType<typeof folder> =>
      ({ index }) => ({
        now: seconds(),
        tokens: [
          {
            prefix: FOLDER,
            base: `${CDN}/SECRET-b${index > 9 ? '' : index}/`,
            query,
            headers: { 'x-t': 'SECRET-h' },
            expires: seconds() + 60,
          },
        ],
      });

    test.each([
      ['all goes well', inTurn(secret())],
      ['the same token twice', inTurn(secret(), secret())],
      ['per-URL tokens', each(60, { query: { st: 'SECRET-u' } })],
      ['denied', inTurn(secret(), fail(403))],
      ['a body that is no JSON', inTurn(secret(), () => new Response('{"tokens":[{"query":{"st":"SECRET-json"}'))],
      ['a malformed token', inTurn(secret(), () => ({ tokens: [{ prefix: FOLDER, query: { st: 'SECRET-bad' } }] }))],
      ['a problem document', inTurn(secret(), () => new Response('{"detail":"SECRET-problem"}', { status: 500 }))],
      ['the network', inTurn(secret(), () => Promise.reject(new TypeError('Failed to fetch')))],
    ])('no token in any event or error: %s', async (_, answer) => {
      const errors: unknown[] = [];
      const { source, events } = lab(answer, {
        tokens: [{ prefix: FOLDER, query: { st: 'SECRET-page' }, expires: seconds() + 15 }],
      });
      await session(source, errors);
      expect(events.length).toBeGreaterThan(0);
      for (const it of [...events, ...errors]) expect(logged(it)).not.toContain('SECRET');
    });

    test('URLs in events are unsigned even when the first request of all carries a stale token', async () => {
      const { source, events } = lab(folder(300));
      await source.sign(`${MASTER}?st=SECRET`);
      for (const event of events) expect(logged(event)).not.toContain('SECRET');
    });
  });
});

describe('SecureTokenError', () => {
  test('is an Error with a code, and only the details it was given', () => {
    const cause = new Error('why');
    const error = new SecureTokenError('ERR_DENIED', 'no', { url: MASTER, status: 403, cause });
    expect(error).toBeInstanceOf(Error);
    expect(error).toMatchObject({
      name: 'SecureTokenError',
      code: 'ERR_DENIED',
      message: expect.stringContaining('no'),
      url: MASTER,
      status: 403,
      cause,
    });
    const plain = new SecureTokenError('ERR_DENIED', 'no');
    expect('url' in plain || 'status' in plain || 'cause' in plain).toBe(false);
    expect(String(error)).toMatch(/^SecureTokenError: /);
  });

  test('thrown by a source, it tells which URL', async () => {
    const { source } = lab(folder(300, 'https://other.test/'));
    await expect(source.sign(`${MASTER}#f`)).rejects.toMatchObject({ code: 'ERR_SIGNING_RESPONSE', url: MASTER });
  });
});

describe('isSecureTokenError', () => {
  test('recognises its own, also of another copy or realm', () => {
    expect(isSecureTokenError(new SecureTokenError('ERR_OPTIONS', 'x'))).toBe(true);
    expect(isSecureTokenError(Object.assign(new Error('x'), { name: 'SecureTokenError' }))).toBe(true);
  });

  test.each([undefined, null, 'SecureTokenError', 7, {}, new Error('x'), new TypeError('x')])(
    'nothing else: %s',
    (value) => {
      expect(isSecureTokenError(value)).toBe(false);
    },
  );
});

describe('importing', () => {
  test('has no side effect on a server', () => {
    const source = createTokenSource(ENDPOINT);
    expect(source.protects('/relative')).toBe(false);
    source.destroy();
  });
});
