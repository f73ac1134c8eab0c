import fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import type { SignedRequest } from 'secure-token-core';
import { isSecureTokenError } from 'secure-token-core';
import { hls } from 'secure-token-core/playlists';
import type { Answer, Lab } from '../unit/core/lab.ts';
import {
  CDN,
  FOLDER,
  MEDIA,
  advanceSeconds,
  after,
  each,
  fail,
  fakeTime,
  folder,
  lab,
  playlist,
  seconds,
  segment,
} from '../unit/core/lab.ts';

fakeTime();

const answers: Answer[] = [
  folder(20),
  each(8),
  each(8, { anyQuery: true }),
  folder(20, FOLDER, { base: `${CDN}/hidden/` }),
  each(20, { query: { st: 'hidden' } }),
  each(-5),
  ({ urls }) => ({ tokens: [{ url: urls[0], query: {}, expires: seconds() + 20 }] }),
  ({ urls }) => ({ tokens: [], denied: urls.slice(0, 1) }),
  ...[400, 403, 404, 500, 503].map((status) => fail(status)),
  ...['3', '90'].map((value) => fail(429, { 'retry-after': value })),
  () => new Response('<html>'),
  () => Promise.reject(new TypeError('Failed to fetch')),
  after(2, fail(503)),
  after(12, folder(20)),
];

interface World {
  readonly viewer: Lab;
  readonly requests: SignedRequest[];
  readonly promises: Promise<unknown>[];
  leaving: AbortController;
}
/** A step of an app, a player, a network or a machine. */
type Step = [string, (world: World, n: number) => unknown];
const steps: Step[] = [
  [
    'sign',
    ({ viewer, requests, promises }, n) =>
      promises.push(viewer.source.sign(segment(n)).then((it) => requests.push(it))),
  ],
  ['sign, may leave', ({ viewer, promises, leaving }, n) => promises.push(viewer.source.sign(segment(n), leaving))],
  ['leave', (world) => (world.leaving.abort(), (world.leaving = new AbortController()))],
  ...[403, 410, 0].map((status): Step => [
    `refuse with ${status}`,
    ({ viewer, requests, promises }, n) => {
      const request = requests.at(-n);
      if (request) promises.push(viewer.source.refused(request, status).then((it) => it && requests.push(it)));
    },
  ]),
  ['signNow', ({ viewer }, n) => viewer.source.signNow(segment(n))],
  ['learn', ({ viewer }, n) => viewer.source.learn(MEDIA, hls(playlist(n, n + 5, n < 3)))],
  ['pass time', (_, n) => advanceSeconds([0, 0.5, 5, 11, 60][n])],
  ['pass microtasks', async (_, n) => advanceMicrotasks(n * 3)],
  ['set the clock', (_, n) => vi.setSystemTime(Date.now() + (n - 2) * 9_000_000)],
  ['renew', ({ viewer, promises }) => promises.push(viewer.source.renew())],
  [
    'destroy later',
    ({ viewer, promises }, n) => promises.push(viewer.source.sign(segment(n)).then(() => viewer.source.destroy())),
  ],
  [
    'destroy at an event',
    ({ viewer }, n) =>
      viewer.source.addEventListener(['tokenrenewed', 'tokenerror', 'tokenrefused', 'tokendenied'][n]!, () =>
        viewer.source.destroy(),
      ),
  ],
  ...answers.map((answer, n): Step => [`answer ${n}`, ({ viewer }) => (viewer.answer = answer)]),
];
const advanceMicrotasks = async (count: number): Promise<void> => {
  for (let n = 0; n < count; n++) await Promise.resolve();
};

test('in any order of events each promise settles, with a request or our error; no token shows, nothing is left', async () => {
  const anyStep = fc
    .tuple(fc.constantFrom(...steps), fc.nat(4))
    .map(([[name, run], n]) => ({ name: `${name} ${n}`, run: (world: World) => run(world, n) }));
  await fc.assert(
    fc.asyncProperty(fc.array(anyStep, { minLength: 5, maxLength: 40, size: 'max' }), async (all) => {
      vi.clearAllTimers();
      const world: World = { viewer: lab(), requests: [], promises: [], leaving: new AbortController() };
      const { viewer, promises } = world;
      for (const { run } of all) {
        await run(world);
        // an app hears of its own promises at once
        for (const promise of promises) promise.catch(() => undefined);
      }
      const { length } = viewer.calls;
      const settled = Promise.allSettled(promises).then((results) =>
        results.flatMap((it) => (it.status === 'rejected' ? [it.reason as Error] : [])),
      );
      // five tries of ten seconds and the pauses between them; a Retry-After is not waited for
      await advanceSeconds(240);
      const errors = await Promise.race([
        settled,
        advanceMicrotasks(50).then(() => expect.fail('a promise never settles')),
      ]);
      expect(errors.filter((error) => !isSecureTokenError(error) && error.name !== 'AbortError')).toEqual([]);
      expect(viewer.calls.length - length, 'calls that nobody asked for').toBeLessThan(30);
      expect(viewer.events.map(({ detail }) => JSON.stringify(detail) + String(detail.error)).join()).not.toMatch(
        /st=|hidden|"st"/,
      );
      viewer.source.destroy();
      // the endpoint finishes what it was at
      await advanceSeconds(12);
      expect([vi.getTimerCount(), viewer.source.signNow(segment(1))]).toEqual([0, undefined]);
    }),
    { numRuns: Number(process.env.FUZZ ?? 300) },
  );
});
