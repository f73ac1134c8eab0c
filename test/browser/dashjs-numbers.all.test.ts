import { describe, test } from 'vitest';
import type { DashSnapshot, DashVersion } from '../support/dashjs-player.ts';
import { fine, openDash } from '../support/dashjs-player.ts';
import type { Stage } from '../support/stage.ts';
import { stageFor } from '../support/stage.ts';
import type { Carrier } from '../support/token-formats.ts';

/** A network on which a segment takes long enough to be measured. */
const slow = { latency: 0.2, bandwidth: 1_000_000 };

const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1]!;

/** What dash.js has measured of the segments. */
const measured = ({ requests, throughput, latency }: DashSnapshot) => {
  const segments = requests.filter(({ type }) => type === 'MediaSegment');
  return {
    latency: median(segments.map((it) => it.latency)),
    duration: median(segments.map((it) => it.duration)),
    traced: median(segments.map((it) => it.traced)),
    longest: Math.max(...segments.map((it) => it.duration)),
    throughput,
    average: latency,
  };
};

async function play(stage: Stage, carrier: Carrier, path: string, version: DashVersion): Promise<DashSnapshot> {
  // the same rendition for both: what the network gives to one file is compared
  const abr = { abr: { autoSwitchBitrate: { video: false }, initialBitrate: { video: 5 } } };
  const player = await openDash(stage, carrier, { path, version, settings: abr, tokens: { readAhead: 0 } });
  await player.play();
  const { currentTime } = await player.snapshot();
  const seen = await player.until((now) => now.currentTime > currentTime + 8);
  await player.close();
  return seen;
}

describe.each<DashVersion>(['5.2', '5.0'])('dash.js %s measures the network alone', (version) => {
  test.concurrent.for([
    ['vod/dash/template.mpd', { refuseEvery: 0 }, { delay: 1 }],
    ['vod/dash/template.mpd', { refuseEvery: 2 }, {}],
    ['dashlive/chunked.mpd', { refuseEvery: 2 }, {}],
  ] as const)('%s %o %o', async ([path, refusals, signer], context) => {
    const { expect } = context;
    const [plain, troubled] = await Promise.all([
      stageFor(context, { edge: slow }),
      stageFor(context, { edge: { ...slow, ...refusals }, signer }),
    ]);
    const seen = await Promise.all([play(plain, 'open', path, version), play(troubled, 'exact', path, version)]);
    const [without, withTokens] = seen.map(measured);
    console.log(version, path, JSON.stringify([without, withTokens]));
    expect(seen[1].errors).toEqual([]);
    expect(seen[1]).toMatchObject({ ...fine, stalls: seen[1].stalls });
    for (const name of ['latency', 'duration', 'traced', 'longest'] as const) {
      const tolerance = Math.max(0.05 * without![name], 10);
      // what a busy machine adds is in both
      expect(Math.abs(withTokens![name] - without![name]), name).toBeLessThan(tolerance + 40);
    }
    expect(withTokens!.throughput / without!.throughput, 'ratio of throughputs').toBeGreaterThan(0.85);
    expect(withTokens!.throughput / without!.throughput, 'ratio of throughputs').toBeLessThan(1.15);
  });
});
