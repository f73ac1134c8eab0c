import { describe, expect, test, vi } from 'vitest';
import {
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
  playlist,
  segment,
  st,
} from './lab.ts';

fakeTime();

const forever = (): Promise<never> => new Promise(() => undefined);

describe('createTokenSource', () => {
  describe('destroy', () => {
    test('requests that wait for an answer fail, the call is aborted', async () => {
      const { source, calls, types } = lab(forever);
      const requests = [source.sign(MASTER), source.sign(segment(1))].map(code);
      await pass(1);
      source.destroy();
      expect(await Promise.all(requests)).toEqual(['ERR_DESTROYED', 'ERR_DESTROYED']);
      expect(calls[0]!.init.signal.aborted).toBe(true);
      await pass(600);
      expect(calls).toHaveLength(1);
      expect(types()).toEqual([]);
    });

    test('requests that wait for the next try fail', async () => {
      const { source, calls } = lab(fail(503));
      const request = code(source.sign(MASTER));
      await pass(0.5);
      source.destroy();
      expect(await request).toBe('ERR_DESTROYED');
      await pass(600);
      expect(calls).toHaveLength(1);
    });

    test('requests of the same task fail, and the endpoint is not called', async () => {
      const { source, calls } = lab();
      const request = code(source.sign(MASTER));
      source.destroy();
      expect(await request).toBe('ERR_DESTROYED');
      await pass(60);
      expect(calls).toHaveLength(0);
    });

    test('refused and renew fail too', async () => {
      const { source } = lab(inTurn(folder(), forever));
      const request = await source.sign(MASTER);
      const both = [source.refused(request, 403), source.renew()].map(code);
      await pass(1);
      source.destroy();
      expect(await Promise.all(both)).toEqual(['ERR_DESTROYED', 'ERR_DESTROYED']);
    });

    test('afterwards: nothing is signed, nothing is asked', async () => {
      const { source, calls } = lab();
      const request = await source.sign(MASTER);
      source.destroy();
      expect(source.peek(MASTER)).toBeUndefined();
      expect(await code(source.sign(MASTER))).toBe('ERR_DESTROYED');
      expect(await code(source.refused(request, 403))).toBe('ERR_DESTROYED');
      source.learn(MASTER, playlist(1, 9));
      source.allow(MASTER);
      expect(source.unsign(`${MASTER}?st=1`)).toBe(MASTER);
      await pass(3600);
      expect(calls).toHaveLength(1);
    });

    test.each([
      ['idle', folder(), 0],
      ['playing', folder(), 30],
      ['renewing', inTurn(folder(), forever), 241],
      ['backing off', inTurn(folder(), fail(503)), 242],
      ['per URL', each(), 30],
    ])('leaves no timer: %s', async (_, answer, time) => {
      const { source } = lab(answer);
      await source.sign(MASTER);
      await pass(time);
      source.destroy();
      await pass();
      expect(vi.getTimerCount()).toBe(0);
      await pass(3600);
      expect(vi.getTimerCount()).toBe(0);
    });

    test('an answer that arrives afterwards changes nothing', async () => {
      const { source, types } = lab(after(5, folder()));
      const request = code(source.sign(MASTER));
      await pass(1);
      source.destroy();
      await pass(10);
      expect(await request).toBe('ERR_DESTROYED');
      expect(source.peek(MASTER)).toBeUndefined();
      expect(types()).toEqual([]);
      expect(vi.getTimerCount()).toBe(0);
    });

    test('an answer of getTokens that ignores its signal changes nothing either', async () => {
      const { source, types } = lab(folder(), {
        endpoint: undefined as never,
        getTokens: () => new Promise((resolve) => setTimeout(() => resolve({ prefix: FOLDER, expires: 2e9 }), 5000)),
      });
      const request = code(source.sign(MASTER));
      await pass(1);
      source.destroy();
      expect(await request).toBe('ERR_DESTROYED');
      await pass(10);
      expect(types()).toEqual([]);
    });

    test('by the first of two who wait, just before the other goes on: that is signed, or fails as all', async () => {
      const seen = new Set<string | undefined>();
      for (let microtasks = 0; microtasks < 12; microtasks++) {
        const { source } = lab();
        void source.sign(segment(1)).then(() => source.destroy());
        for (let i = 0; i < microtasks; i++) await Promise.resolve();
        seen.add(await code(source.sign(segment(2))));
      }
      expect(seen).toEqual(new Set([undefined, 'ERR_DESTROYED']));
    });

    test('in an event listener', async () => {
      const { source, calls } = lab(folder());
      source.addEventListener('tokenrenewed', () => source.destroy());
      expect(await code(source.sign(MASTER))).toBe('ERR_DESTROYED');
      await pass(3600);
      expect(calls).toHaveLength(1);
      expect(vi.getTimerCount()).toBe(0);
    });

    test('twice, and before anything', () => {
      const { source } = lab();
      source.destroy();
      source.destroy();
    });

    test('unprotected URLs still pass', async () => {
      const { source } = lab(folder(), { protect: FOLDER });
      source.destroy();
      expect(source.peek('https://ads.test/x')?.url).toBe('https://ads.test/x');
      expect((await source.sign('https://ads.test/x')).url).toBe('https://ads.test/x');
    });

    test('Symbol.dispose destroys', async () => {
      const { source } = lab(forever);
      const request = code(source.sign(MASTER));
      await pass();
      source[Symbol.dispose]();
      expect(await request).toBe('ERR_DESTROYED');
    });

    test('the other sources of a page go on', async () => {
      const a = lab();
      const b = lab();
      await Promise.all([a.source.sign(MASTER), b.source.sign(MASTER)]);
      a.source.destroy();
      await pass(241);
      expect(a.calls).toHaveLength(1);
      expect(b.calls).toHaveLength(2);
      expect(st(b.source.peek(MASTER))).toBe('t2');
    });
  });
});
