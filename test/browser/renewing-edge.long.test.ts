import type { TestContext } from 'vitest';
import { describe, test } from 'vitest';
import { commonAccessToken } from '../../packages/server/src/cat.ts';
import { createEdgeHandler, createSigningEndpoint } from '../../packages/server/src/index.ts';
import { openChromium } from '../support/chromium.mjs';
import { createCallOrigins } from '../support/live-call-origins.ts';
import { listen } from '../support/listen.ts';
import { startPageServer } from '../support/page.ts';
import type { Player } from '../support/player.ts';
import { openPlayer } from '../support/player.ts';

/** `RENEWING_EDGE_MINUTES=2` is a first look. */
const MINUTES = Number(process.env.RENEWING_EDGE_MINUTES ?? 20);
const HOURS = 4;
const paths = [
  ['live', 'live/master.m3u8'],
  ['on demand', 'hours/fmp4/master.m3u8'],
] as const;

interface Watched {
  readonly player: Player;
  /** Reasons of the calls to the endpoint. */
  readonly calls: readonly string[];
  /** Statuses of the edge, in order. */
  readonly statuses: readonly number[];
  /** Puts the clocks of edge and endpoint so many seconds ahead. */
  moveClock(seconds: number): void;
}

/** A player of hls.js at an edge that renews. @param lifetime of each token, in seconds; @param within of `renew` */
async function watch(
  { onTestFinished }: TestContext,
  path: string,
  { lifetime, within, clock }: { lifetime: number; within: number; clock: boolean },
): Promise<Watched> {
  let ahead = 0;
  const now = (): number => Date.now() + ahead * 1000;
  const format = commonAccessToken({
    keys: [{ id: 'k', key: '11'.repeat(32) }],
    renewal: { lifetime, grant: HOURS * 3600 },
  });
  const statuses: number[] = [];
  const handler = createEdgeHandler({ format, origin: createCallOrigins(), renew: { within }, clock: now });
  const edge = await listen(async (request) => {
    const answer = await handler(request);
    if (request.method !== 'OPTIONS') statuses.push(answer.status);
    return answer;
  });
  const pages = await startPageServer();
  const sign = createSigningEndpoint({
    format,
    authorize: () => true,
    allow: `${edge.origin}/`,
    ttl: lifetime,
    cors: { origins: [pages.origin] },
    clock: now,
  });
  const calls: string[] = [];
  const endpoint = await listen(async (request) => {
    if (request.method === 'POST') calls.push(((await request.clone().json()) as { reason: string }).reason);
    return sign(request);
  });
  const browser = await openChromium();
  onTestFinished(async () => {
    await browser.close();
    for (const server of [endpoint, edge]) await server.close();
    await pages.stop();
  });
  const day = { maxTimeToFirstByteMs: 86_400_000, maxLoadTimeMs: 86_400_000, timeoutRetry: null, errorRetry: null };
  const policies = ['manifestLoadPolicy', 'playlistLoadPolicy', 'fragLoadPolicy'];
  const player = await openPlayer(browser, pages, {
    src: `${edge.origin}/${path}`,
    tokens: { endpoint: endpoint.origin },
    adopts: true,
    clock,
    // a jump of the clock ages the requests under way, which no network does
    ...(clock && { config: Object.fromEntries(policies.map((name) => [name, { default: day }])) }),
  });
  await player.play();
  return { player, calls, statuses, moveClock: (seconds) => void (ahead = seconds) };
}

/** One call to the endpoint, at least so many tokens of the edge, and nothing else that anybody would notice. */
async function expectOneCall(
  { expect }: TestContext,
  { player, calls, statuses }: Watched,
  atLeast: number,
): Promise<void> {
  const seen = await player.snapshot();
  const { starved, tokens } = seen;
  if (process.env.COUNTS) console.log({ calls, requests: statuses.length, tokens: tokens.length, starved });
  expect(seen).toMatchObject({ faults: [], rejections: [], pageErrors: [], mediaError: undefined, paused: false });
  expect(calls).toEqual(['initial']);
  expect([...new Set(statuses)].filter((status) => status >= 400)).toEqual([]);
  const [first, ...others] = tokens.map(({ type, reason }) => `${type} ${reason}`);
  expect(first).toBe('tokenrenewed initial');
  expect(others.length).toBeGreaterThanOrEqual(atLeast);
  expect(new Set(others)).toEqual(new Set(['tokenrenewed adopted']));
}

describe('hls.js at an edge that renews', () => {
  test.for(paths)(
    `${HOURS} hours by clocks that jump, %s: one call to the endpoint`,
    { timeout: 900_000 },
    async ([, path], context) => {
      // at the second jump a token is in its last two minutes, and the player would ask in the last half
      const [lifetime, within, jump] = [600, 120, 270];
      const watched = await watch(context, path, { lifetime, within, clock: true });
      const { player, statuses, moveClock } = watched;
      const jumps = Math.ceil((HOURS * 3600) / jump);
      for (let done = 1; done <= jumps; done++) {
        const { currentTime: before } = await player.snapshot();
        const asked = statuses.length;
        moveClock(done * jump);
        await player.page.clock.fastForward(jump * 1000);
        await player.until(
          ({ tokens, currentTime }) =>
            statuses.length > asked && tokens.length > Math.floor(done / 2) && currentTime > before + 0.5,
        );
      }
      await expectOneCall(context, watched, Math.floor(jumps / 2));
    },
  );

  test.concurrent.for(paths)(
    `${MINUTES} minutes of real time, %s: one call to the endpoint, and no wait`,
    { timeout: (MINUTES + 5) * 60_000 },
    async ([, path], context) => {
      const [lifetime, within] = [120, 60];
      const watched = await watch(context, path, { lifetime, within, clock: false });
      const { currentTime: start } = await watched.player.snapshot();
      const seen = await watched.player.until(
        ({ currentTime }) => currentTime > start + MINUTES * 60,
        (MINUTES + 2) * 60,
      );
      await expectOneCall(context, watched, Math.floor((MINUTES * 60) / lifetime));
      context.expect(seen.starved).toEqual([]);
    },
  );
});
