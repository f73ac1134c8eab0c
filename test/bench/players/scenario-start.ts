import { setTimeout as delay } from 'node:timers/promises';
import { median } from '../compare.mjs';
import type { Stage } from '../../support/stage.ts';
import { filmOf } from './bench-media.ts';
import type { BenchPage } from './bench-page.ts';
import { firstFrame, openBenchPage } from './bench-page.ts';
import type { Contender } from './contender.ts';
import type { Sample } from './sample.ts';

/** Milliseconds from the first picture until the buffers of all players are full. */
const LOADING_MS = 2000;

/** Returns for each segment the ms between the player's asking for it and its request. Runs in the page. */
function waitsInPage(): number[] {
  const entries = performance.getEntriesByType('resource').map(({ name, startTime }) => ({
    path: new URL(name).pathname.replace(/^\/path\/[\w-]{22}\/\d+/, '/path'),
    startTime,
  }));
  return window.bench.asked.flatMap(({ path, at }) => {
    // what the browser has measured is rounded
    const sent = entries.find((entry) => entry.path === path && entry.startTime >= at - 1);
    return sent ? [Math.max(0, sent.startTime - at)] : [];
  });
}

/** CPU ms that the page's own thread has spent. */
async function cpuOf({ page }: BenchPage): Promise<() => Promise<number>> {
  const session = await page.context().newCDPSession(page);
  await session.send('Performance.enable', { timeDomain: 'threadTicks' });
  return async () => {
    const { metrics } = await session.send('Performance.getMetrics');
    return metrics.find(({ name }) => name === 'TaskDuration')!.value * 1000;
  };
}

/**
 * A start with an endpoint that takes `endpointMs`; with `thenLoads`, also what the requests cost until the buffer is
 * full. Nothing else may run.
 */
export async function measureStart(
  stage: Stage,
  contender: Contender,
  endpointMs: number,
  thenLoads: boolean,
): Promise<Sample> {
  stage.signer.delay = endpointMs / 1000;
  const opened = await openBenchPage(stage, contender, { path: filmOf(contender) });
  try {
    const cpu = await cpuOf(opened);
    const before = await cpu();
    await opened.start();
    await firstFrame(opened);
    const frame = await opened.page.evaluate(() => window.bench.firstFrameAt - window.bench.startedAt);
    if (!thenLoads) return { [`frame${endpointMs}`]: frame };
    await delay(LOADING_MS);
    const waits = await opened.page.evaluate(waitsInPage);
    const { calls, requests } = opened.sent;
    return {
      [`frame${endpointMs}`]: frame,
      ...(waits.length > 0 && { wait: median(waits) }),
      cpu: ((await cpu()) - before) / requests,
      filmCalls: calls,
      filmRequests: requests,
    };
  } finally {
    await opened.close();
  }
}
