import { test } from 'vitest';
import type { ShakaVersion } from '../support/shaka-player.ts';
import { openShaka } from '../support/shaka-player.ts';
import type { ShakaSnapshot } from '../support/shaka-player-page.ts';
import type { Stage } from '../support/stage.ts';
import { stageFor } from '../support/stage.ts';

const MANIFEST = 0;
/** What 5 % of the network's own time would be, or 10 ms, whichever is more: the machine is not alone. */
const isClose = (ms: number, plain: number): boolean => Math.abs(ms - plain) < Math.max(10, plain * 0.05);
const median = (numbers: readonly number[]): number => [...numbers].sort((a, b) => a - b)[numbers.length >> 1]!;

async function play(stage: Stage, carrier: 'exact' | 'open', version: ShakaVersion): Promise<ShakaSnapshot> {
  const player = await openShaka(stage, carrier, {
    path: 'vod/dash/template.mpd',
    version,
    tokens: carrier === 'exact' && { readAhead: 0 },
    // the media of the tests are small
    config: { abr: { enabled: false, cacheLoadThreshold: 0, advanced: { minBytes: 500, minTotalBytes: 1000 } } },
  });
  await player.play(3);
  const seen = await player.until(({ ended }) => ended, 120);
  await player.close();
  return seen;
}

test.for(['5.2', '4.11'] as const)(
  'waits and replays leave no trace in times and estimates: Shaka %s',
  async (version, context) => {
    const { expect } = context;
    const stage = await stageFor(context, {
      edge: { latency: 0.15, bandwidth: 400_000, refuseEvery: 4 },
      signer: { delay: 0.7 },
    });
    const signed = await play(stage, 'exact', version);
    expect(signed).toMatchObject({ errors: [], retries: [], leaks: [] });
    expect(stage.edge.refusals().length).toBeGreaterThan(2);
    stage.edge.refuseEvery = 0;
    const plain = await play(stage, 'open', version);
    const times = ({ responses }: ShakaSnapshot): number[] => responses.map(({ timeMs }) => timeMs);
    expect(times(signed)).toHaveLength(times(plain).length);
    const [ours, theirs] = [median(times(signed)), median(times(plain))];
    expect(isClose(ours, theirs), `${ours} ms, without tokens ${theirs} ms`).toBe(true);
    // every wait is longer than that
    expect(Math.max(...times(signed))).toBeLessThan(Math.max(...times(plain)) + 500);
    const manifest = signed.responses.find(({ type }) => type === MANIFEST)!;
    expect(manifest.timeMs).toBeLessThan(600);
    const ratio = signed.estimate / plain.estimate;
    expect(Math.abs(ratio - 1), `${signed.estimate} bit/s, without tokens ${plain.estimate}`).toBeLessThan(0.1);
  },
);
