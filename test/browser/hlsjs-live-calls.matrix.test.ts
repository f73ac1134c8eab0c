import { setTimeout as delay } from 'node:timers/promises';
import type { TestContext } from 'vitest';
import { describe, test } from 'vitest';
import type { Counts } from '../support/live-calls.ts';
import { countsOf, createCallOrigins } from '../support/live-calls.ts';
import { runsRest } from '../support/parts.ts';
import type { Player } from '../support/player.ts';
import type { Stage } from '../support/stage.ts';
import { stageFor } from '../support/stage.ts';

interface Work {
  readonly path: string;
  /** Seconds that tokens live. */
  readonly ttl: number;
  readonly rate?: number;
  readonly config?: Record<string, unknown>;
}

async function play(context: TestContext, { path, ttl, rate = 1, config = {} }: Work): Promise<[Stage, Player]> {
  const stage = await stageFor(context, { origin: createCallOrigins(), signer: { ttl } });
  const player = await stage.open('exact', path, { config });
  await player.play(rate);
  return [stage, player];
}

/** What `seconds` of `work` cost, from the first request on or once it plays. */
async function costOf(context: TestContext, work: Work, seconds: number, from: 'start' | 'middle'): Promise<Counts> {
  const [stage, player] = await play(context, work);
  const { currentTime: first } = await player.snapshot();
  // by then all renditions have begun
  if (from === 'middle') await player.until(({ currentTime }) => currentTime > first + 3);
  const before = from === 'middle' ? countsOf(stage) : undefined;
  const { currentTime: start } = await player.snapshot();
  const seen = await player.until(({ currentTime }) => currentTime > start + seconds * (work.rate ?? 1), 3 * seconds);
  const counts = countsOf(stage, before);
  if (process.env.COUNTS) console.log(context.task.name, counts, seen.starved);
  context.expect(seen).toMatchObject({ faults: [], rejections: [], pageErrors: [], mediaError: undefined });
  context.expect(seen.tokens.filter(({ type }) => type !== 'tokenrenewed')).toEqual([]);
  context.expect(await stage.refusals()).toEqual([]);
  context.expect(counts.signed / counts.requests, 'URLs signed for each that was requested').toBeLessThanOrEqual(1.5);
  return counts;
}

test.concurrent('live, segments of 1 s, tokens of 20 s: a call for six requests', async (context) => {
  const seconds = runsRest ? 40 : 12;
  const { calls, requests } = await costOf(context, { path: 'one/i.m3u8', ttl: 20 }, seconds, 'start');
  // the three of the start count more in a shorter time
  context.expect(calls, `for ${requests} requests`).toBeLessThanOrEqual(requests / 6 + (runsRest ? 0 : 2));
});

describe.skipIf(!runsRest)('how many calls an hour of viewing costs', () => {
  test.concurrent('live, segments of 1 s, tokens of 5 s: a call for two requests', async (context) => {
    const { calls, requests } = await costOf(context, { path: 'one/i.m3u8', ttl: 5 }, 40, 'start');
    context.expect(calls, `for ${requests} requests`).toBeLessThanOrEqual(requests / 2);
  });

  test.concurrent('live with audio and subtitles, segments of 2 s: a call in five of them', async (context) => {
    const { calls } = await costOf(context, { path: 'live/master.m3u8', ttl: 60 }, 60, 'middle');
    context.expect(calls).toBeLessThanOrEqual(60 / (5 * 2));
  });

  test.concurrent('low latency: a call in a second', async (context) => {
    const { calls } = await costOf(context, { path: 'll/i.m3u8', ttl: 20 }, 30, 'middle');
    context.expect(calls).toBeLessThanOrEqual(30);
  });

  test.concurrent('a film with audio and subtitles: six segments a call', async (context) => {
    const work = { path: 'hours/fmp4/master.m3u8', ttl: 60, rate: 4, config: { maxMaxBufferLength: 30 } };
    const { calls, segments } = await costOf(context, work, 30, 'start');
    context.expect(segments / calls).toBeGreaterThanOrEqual(6);
  });

  test.concurrent('the signing endpoint is away for 8 s, tokens of 20 s: no stall', async (context) => {
    const [stage, player] = await play(context, { path: 'one/i.m3u8', ttl: 20 });
    const { currentTime: start } = await player.snapshot();
    await player.until(({ currentTime }) => currentTime > start + 12);
    await stage.signer.close();
    await delay(8000);
    await stage.signer.reopen();
    const back = await player.snapshot();
    const seen = await player.until(({ currentTime }) => currentTime > back.currentTime + 15);
    const stalled = seen.starved.filter(({ at }) => at > start + 12).reduce((sum, it) => sum + it.seconds, 0);
    if (process.env.COUNTS) console.log(context.task.name, stalled, seen.starved);
    context.expect(stalled, 'seconds without a picture').toBeLessThanOrEqual(0.2);
    context.expect(seen).toMatchObject({ faults: [], rejections: [], pageErrors: [], mediaError: undefined });
  });
});
