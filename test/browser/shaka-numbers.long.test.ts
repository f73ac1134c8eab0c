import { test } from 'vitest';
import type { ShakaVersion } from '../support/shaka-player.ts';
import { openShaka } from '../support/shaka-player.ts';
import type { ShakaSnapshot } from '../support/shaka-player-page.ts';
import type { Stage } from '../support/stage.ts';
import { stageFor } from '../support/stage.ts';

const WAIT_MS = 1500;
/** `shaka.net.NetworkingEngine.RequestType.SEGMENT` */
const SEGMENT = 1;
const sum = (numbers: readonly number[]): number => numbers.reduce((total, each) => total + each, 0);
/** Milliseconds by which Shaka thinks that its requests took longer than the browser has measured. */
const surplusOf = ({ responses }: ShakaSnapshot): number[] =>
  responses.map(({ timeMs, networkMs }) => timeMs - networkMs);
/** Share of the time that the browser has measured for segments which the bandwidth estimate contains. */
function sampledShareOf({ samples, responses }: ShakaSnapshot): number {
  const segments = responses.filter(({ type }) => type === SEGMENT);
  return sum(samples.map(({ ms }) => ms)) / sum(segments.map(({ networkMs }) => networkMs));
}

async function play(stage: Stage, carrier: 'exact' | 'open', version: ShakaVersion): Promise<ShakaSnapshot> {
  const player = await openShaka(stage, carrier, {
    path: 'vod/dash/template.mpd',
    version,
    tokens: carrier === 'exact' && { readAhead: 0 },
    config: { abr: { enabled: false, cacheLoadThreshold: 0 } },
  });
  await player.play();
  const seen = await player.until(({ ended }) => ended, 120);
  await player.close();
  return seen;
}

test.for(['5.2', '4.16', '4.11'] as const)(
  'waits and replays leave no trace in times and estimates: Shaka %s',
  async (version, context) => {
    const { expect } = context;
    const stage = await stageFor(context, {
      edge: { latency: 0.15, bandwidth: 400_000, refuseEvery: 4 },
      signer: { delay: WAIT_MS / 1000 },
    });
    const signed = await play(stage, 'exact', version);
    expect(signed).toMatchObject({ errors: [], retries: [], leaks: [] });
    expect(stage.edge.refusals().length).toBeGreaterThan(2);
    stage.edge.refuseEvery = 0;
    const plain = await play(stage, 'open', version);
    // not one of them shows a wait
    expect(Math.max(...surplusOf(signed))).toBeLessThan(WAIT_MS / 2);
    expect(Math.min(...surplusOf(signed))).toBeGreaterThan(-WAIT_MS / 2);
    // each beside what its browser has measured meanwhile: the machine is as fast as it is
    const ratio = sampledShareOf(signed) / sampledShareOf(plain);
    expect(ratio, 'time in the bandwidth estimate, beside that without tokens').toBeGreaterThan(0.8);
    expect(ratio).toBeLessThan(1.25);
  },
);
