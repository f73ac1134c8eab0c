import { describe, expect, test } from 'vitest';
import {
  FOLDER,
  MASTER,
  after,
  code,
  fakeTime,
  fail,
  folder,
  inTurn,
  lab,
  advanceSeconds,
  seconds,
  sleep,
  watch,
} from './lab.ts';

fakeTime();

describe('createTokenSource', () => {
  describe('events', () => {
    test('tokenrenewed {reason, urls, expires, wait}, on the event and in its detail', async () => {
      const { source, events } = lab(after(1.5, folder()));
      watch(source.sign(`${MASTER}#f`));
      await advanceSeconds(2);
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
          { prefix: FOLDER, expires: seconds() + 300, query: {} },
          { url: MASTER, expires: seconds() + 60, query: {} },
        ],
      }));
      await source.sign(MASTER);
      expect(events[0]!.detail.expires).toBe(seconds() + 60);
    });

    test('tokenrenewed: every reason', async () => {
      const viewer = lab(folder(100));
      const { source, events } = viewer;
      await source.sign(MASTER);
      await advanceSeconds(76);
      await sleep(1000);
      const request = await source.sign(MASTER);
      await source.refused(request, 403);
      expect(events.filter(({ type }) => type === 'tokenrenewed').map(({ detail }) => detail.reason)).toEqual([
        'initial',
        'expiring',
        'expired',
        'refused',
      ]);
      expect(viewer.reasons()).toEqual(['initial', 'expiring', 'expired', 'refused']);
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
      await advanceSeconds(2);
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
      source.addEventListener('tokenrenewed', () => (seen = source.signNow(MASTER)?.url));
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
      const { sign, signNow, unsign, protects, destroy } = lab().source;
      await sign(MASTER);
      expect(signNow(MASTER)).toBeDefined();
      expect(unsign(`${MASTER}?st=1`)).toBe(MASTER);
      expect(protects(MASTER)).toBe(true);
      destroy();
    });
  });
});
