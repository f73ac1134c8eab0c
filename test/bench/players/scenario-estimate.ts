import { setTimeout as delay } from 'node:timers/promises';
import { createStage } from '../../support/stage.ts';
import { startTogether } from './bench-group.ts';
import { createBenchOrigin, filmOf } from './bench-media.ts';
import type { Contender, PlayerName } from './contender.ts';
import { lasting } from './contender.ts';
import type { Sample } from './sample.ts';

/** Milliseconds until estimates have settled. */
const PLAYING_MS = 15_000;

/** The media are small: what a player would leave out of its estimate for that is let in. */
const configs: Partial<Record<PlayerName, object>> = {
  'Video.js': { useNetworkInformationApi: false },
  'Shaka Player': {
    abr: { useNetworkInformation: false, cacheLoadThreshold: 0, advanced: { minBytes: 500, minTotalBytes: 1000 } },
  },
};

/** Measures all players at once: the edge decides how fast a response arrives, and what disturbs one disturbs all. */
export async function measureEstimates(contenders: readonly Contender[]): Promise<Map<Contender, Sample>> {
  const stage = await createStage({
    origin: createBenchOrigin(),
    edge: { latency: 0.1, bandwidth: 60_000 },
    signer: { delay: 0.5 },
  });
  try {
    const all = lasting(contenders, 'SPF', 'MP4');
    const runners = await startTogether(stage, all, (contender) => ({
      path: filmOf(contender),
      config: configs[contender.player] ?? {},
    }));
    await delay(PLAYING_MS);
    const samples = runners.map(async ({ contender, opened }) => {
      const estimate = await opened.page.evaluate(() => window.bench.estimate());
      return [contender, { estimate: Number.isFinite(estimate) ? estimate : null }] as const;
    });
    return new Map(await Promise.all(samples));
  } finally {
    await stage.dispose();
  }
}
