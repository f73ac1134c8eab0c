import { setTimeout as delay } from 'node:timers/promises';
import { createStage } from '../../support/stage.ts';
import type { Runner } from './bench-group.ts';
import { startTogether } from './bench-group.ts';
import { createBenchOrigin, liveOf } from './bench-media.ts';
import type { Contender } from './contender.ts';
import { lasting } from './contender.ts';
import type { Sample } from './sample.ts';
import { starvedOf } from './stalls.ts';

const TTL_SECONDS = 20;
const CALM_MS = 24_000;
const OUTAGE_MS = 8_000;
const AFTER_MS = 12_000;

interface Seen {
  /** Seconds without a picture so far. */
  readonly stalled: number;
  readonly at: number;
  readonly refusals: number;
  readonly calls: number;
  readonly requests: number;
}

async function look({ opened }: Runner): Promise<Seen> {
  const { stalls, at, refusals } = await opened.page.evaluate(() => ({
    stalls: window.recording.stalls,
    at: document.querySelector('video')!.currentTime,
    refusals: window.bench.refusals.length,
  }));
  const stalled = starvedOf(stalls).reduce((sum, { seconds }) => sum + seconds, 0);
  return { stalled, at, refusals, ...opened.sent };
}

/** A live stream, calm at first; then the endpoint goes away for eight seconds. Nothing here is timed in ms. */
export async function measureLive(contenders: readonly Contender[]): Promise<Map<Contender, Sample>> {
  const stage = await createStage({ origin: createBenchOrigin(), signer: { ttl: TTL_SECONDS, delay: 0.05 } });
  try {
    const all = lasting(contenders, 'SPF', 'MP4');
    const runners = await startTogether(stage, all, (contender) => ({ path: liveOf(contender), recorded: true }));
    const lookAtAll = (): Promise<Seen[]> => Promise.all(runners.map(look));
    const begun = await lookAtAll();
    await delay(CALM_MS);
    const calm = await lookAtAll();
    await stage.signer.close();
    await delay(OUTAGE_MS);
    await stage.signer.reopen();
    await delay(AFTER_MS);
    const over = await lookAtAll();
    await delay(3000);
    const last = await lookAtAll();
    const samples = all.map((contender, index) => {
      const [first, then, after, end] = [begun, calm, over, last].map((seen) => seen[index]!) as [
        Seen,
        Seen,
        Seen,
        Seen,
      ];
      return [
        contender,
        {
          liveStalls: then.stalled - first.stalled,
          liveRefusals: then.refusals - first.refusals,
          liveCalls: then.calls - first.calls,
          liveRequests: then.requests - first.requests,
          outage: end.at > after.at ? end.stalled - then.stalled : null,
        },
      ] as const;
    });
    return new Map(samples);
  } finally {
    await stage.dispose();
  }
}
