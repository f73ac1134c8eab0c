import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { hlsOrDash } from 'secure-token-core/playlists';
import type { SignedRequest } from '../../../packages/core/src/index.ts';
import { isSecureTokenError } from '../../../packages/core/src/index.ts';
import type { Answer, Lab } from './lab.ts';
import {
  CDN,
  FOLDER,
  after,
  each,
  fail,
  fakeTime,
  folder,
  lab,
  advanceSeconds,
  playlist,
  seconds,
  segment,
} from './lab.ts';

fakeTime();
vi.setConfig({ testTimeout: 60_000 });

const answers: Answer[] = [
  folder(20),
  each(8),
  each(8, { anyQuery: true }),
  folder(20, FOLDER, { base: `${CDN}/hidden/` }),
  each(20, { query: { st: 'hidden' } }),
  // dead on arrival
  each(-5),
  // only for the first
  ({ urls }) => ({ tokens: [{ url: urls[0], expires: seconds() + 20 }] }),
  ({ urls }) => ({ tokens: [], denied: urls.slice(0, 1) }),
  () => ({ tokens: [] }),
  fail(503),
  fail(429, { 'retry-after': '3' }),
  fail(503, { 'retry-after': '90' }),
  fail(403),
  fail(404),
  () => new Response('<html>'),
  () => Promise.reject(new TypeError('Failed to fetch')),
  after(2, each(20)),
  after(2, fail(503)),
  after(12, folder(20)),
];

/** A step of an app, a player, a network or a machine. */
type Step = (world: {
  viewer: Lab;
  requests: SignedRequest[];
  promises: Promise<unknown>[];
  signals: AbortController[];
}) => unknown;
const n = fc.nat(4);
const step: fc.Arbitrary<[string, Step]> = fc.oneof(
  fc.tuple(n, fc.boolean()).map(([at, leaves]): [string, Step] => [
    `sign ${at}${leaves ? ', may leave' : ''}`,
    ({ viewer, requests, promises, signals }) => {
      const signal = leaves ? signals[signals.push(new AbortController()) - 1]!.signal : undefined;
      promises.push(viewer.source.sign(segment(at), { signal }).then((request) => requests.push(request)));
    },
  ]),
  fc.tuple(n, fc.constantFrom(403, 410, 0, 404)).map(([at, status]): [string, Step] => [
    `refuse ${at} with ${status}`,
    ({ viewer, requests, promises }) => {
      const request = requests[at % (requests.length || 1)];
      if (request)
        promises.push(viewer.source.refused(request, status).then((replay) => replay && requests.push(replay)));
    },
  ]),
  n.map((at): [string, Step] => [`signNow ${at}`, ({ viewer }) => viewer.source.signNow(segment(at))]),
  n.map((at): [string, Step] => [
    `learn ${at}`,
    ({ viewer }) => viewer.source.learn(`${FOLDER}i.m3u8`, hlsOrDash(playlist(at, at + 5))),
  ]),
  fc.constantFrom(0, 0.5, 5, 11, 60).map((time): [string, Step] => [`pass ${time}`, () => advanceSeconds(time)]),
  fc.integer({ min: 1, max: 12 }).map((count): [string, Step] => [
    `${count} microtasks`,
    async () => {
      for (let i = 0; i < count; i++) await Promise.resolve();
    },
  ]),
  fc
    .constantFrom(-18_000, 18_000)
    .map((time): [string, Step] => [`clock ${time}`, () => vi.setSystemTime(Date.now() + time * 1000)]),
  fc
    .nat(answers.length - 1)
    .map((at): [string, Step] => [`answer ${at}`, ({ viewer }) => (viewer.answer = answers[at]!)]),
  fc.constant<[string, Step]>(['leave', ({ signals }) => signals.forEach((each) => each.abort())]),
  fc.constant<[string, Step]>(['renew', ({ viewer, promises }) => promises.push(viewer.source.renew())]),
  n.map((at): [string, Step] => [
    `destroy after ${at}`,
    ({ viewer, promises }) => promises.push(viewer.source.sign(segment(at)).then(() => viewer.source.destroy())),
  ]),
  fc
    .constantFrom('tokenrenewed', 'tokenerror', 'tokenrefused', 'tokendenied')
    .map((type): [string, Step] => [
      `destroy at ${type}`,
      ({ viewer }) => viewer.source.addEventListener(type, () => viewer.source.destroy()),
    ]),
  fc.constant<[string, Step]>(['destroy', ({ viewer }) => viewer.source.destroy()]),
);

describe('createTokenSource', () => {
  test('in any order of events each promise settles, with a request or our error; nothing is left', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 40, size: 'max' }), async (steps) => {
        vi.clearAllTimers();
        const viewer = lab(folder(20));
        const world = { viewer, requests: [], promises: [], signals: [] };
        const promises: Promise<unknown>[] = world.promises;
        for (const [, run] of steps) {
          await run(world);
          // an app hears of its own promises at once
          for (const promise of promises) promise.catch(() => undefined);
        }
        const calls = viewer.calls.length;
        let open = promises.length;
        for (const promise of promises)
          void promise.then(
            () => open--,
            () => open--,
          );
        // five tries of ten seconds and the pauses between them; a Retry-After is not waited for
        await advanceSeconds(240);
        expect(open, 'promises that never settle').toBe(0);
        expect(viewer.calls.length - calls, 'calls that nobody asked for').toBeLessThan(30);
        for (const result of await Promise.allSettled(promises)) {
          if (result.status === 'rejected')
            expect(
              isSecureTokenError(result.reason) || (result.reason as Error).name === 'AbortError',
              String(result.reason),
            ).toBe(true);
        }
        for (const { type, detail } of viewer.events)
          expect(`${type} ${JSON.stringify(detail)} ${String(detail.error)}`).not.toMatch(/st=|hidden|"st"/);
        viewer.source.destroy();
        // the endpoint finishes what it was at
        await advanceSeconds(12);
        expect(vi.getTimerCount(), 'timers').toBe(0);
        expect(viewer.source.signNow(segment(1))).toBeUndefined();
      }),
      { numRuns: Number(process.env.FUZZ ?? 300) },
    );
  });
});
