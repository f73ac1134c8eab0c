import { describe, test } from 'vitest';
import type { DashVersion } from '../support/dashjs-player.ts';
import { openDash } from '../support/dashjs-player.ts';
import type { Stage } from '../support/stage.ts';
import { stageFor } from '../support/stage.ts';
import type { Carrier } from '../support/token-formats.ts';

/** A network on which a segment takes long enough to be measured. */
const slow = { latency: 0.3 };

const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1]!;

/** Plays, and returns what dash.js and the browser have measured of the same segments. */
async function measure(stage: Stage, carrier: Carrier, path: string, version: DashVersion) {
  const player = await openDash(stage, carrier, { path, version, tokens: { readAhead: 0 } });
  await player.play();
  const { currentTime } = await player.snapshot();
  const seen = await player.until((now) => now.currentTime > currentTime + 8);
  const entries = await player.page.evaluate(() =>
    performance.getEntriesByType('resource').map(({ name, startTime, duration }) => ({
      // without the token
      url: name.replace(/\?.*/, ''),
      startedAt: performance.timeOrigin + startTime,
      duration,
    })),
  );
  await player.close();
  const segments = seen.requests.flatMap((dash) => {
    const network = entries.filter(({ url }) => url === dash.url).at(-1);
    return dash.type === 'MediaSegment' && dash.status === 200 && network ? [{ dash, network }] : [];
  });
  const late = segments.map(({ dash, network }) => Math.abs(dash.startedAt - network.startedAt));
  return {
    seen,
    count: segments.length,
    /** Number of segments whose start dash.js has wrong by half of what a refused request takes at least. */
    late: late.filter((ms) => ms > (slow.latency * 1000) / 2).length,
    ratio: median(segments.map(({ dash, network }) => dash.duration / network.duration)),
    traced: median(segments.map(({ dash, network }) => dash.traced / network.duration)),
  };
}

describe.each<DashVersion>(['5.2', '5.0'])('dash.js %s measures the network alone', (version) => {
  test.concurrent.for([
    ['vod/dash/template.mpd', 'the endpoint takes a second', {}, { delay: 1 }],
    ['vod/dash/template.mpd', 'every second request is refused', { refuseEvery: 2 }, {}],
    ['dashlive/chunked.mpd', 'every second request is refused', { refuseEvery: 2 }, {}],
  ] as const)('%s, %s', async ([path, , refusals, signer], context) => {
    const { expect } = context;
    const stage = await stageFor(context, { edge: { ...slow, ...refusals }, signer });
    const plain = await stageFor(context, { edge: slow });
    const [without, withTokens] = await Promise.all([
      measure(plain, 'open', path, version),
      measure(stage, 'exact', path, version),
    ]);
    expect(withTokens.seen).toMatchObject({ errors: [], pageErrors: [] });
    expect(withTokens.count).toBeGreaterThan(5);
    // with waits in it each would be, with refused requests in it every second one; a busy machine comes late to some
    expect(withTokens.late, 'requests whose start dash.js has wrong').toBeLessThan(withTokens.count / 4);
    for (const name of ['ratio', 'traced'] as const) {
      // with a wait or a refused request in it, it would be twice that of the player beside it
      expect(withTokens[name] / without[name], name).toBeGreaterThan(0.75);
      expect(withTokens[name] / without[name], name).toBeLessThan(1.33);
    }
  });
});
