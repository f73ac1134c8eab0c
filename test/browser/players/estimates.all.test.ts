import { describe, expect, test } from 'vitest';
import { dashjs, hlsjs, shaka, videojs } from '../../support/players.ts';
import { stageFor } from '../../support/stage.ts';
import { watch } from '../../support/viewer.ts';

/** Expressions for what a player thinks of the network, in bits a second. */
const players = [
  { player: hlsjs, estimate: 'hls.bandwidthEstimate' },
  { player: videojs, estimate: 'player.tech(true).vhs.systemBandwidth' },
  { player: shaka, estimate: 'player.getStats().estimatedBandwidth' },
  { player: dashjs, estimate: `player.getAverageThroughput('video') * 1000` },
];

describe.concurrent.each(players)('the bandwidth that $player.name sees', ({ player, estimate }) => {
  test('is that of a player without tokens, though the endpoint takes a second, and refusals are replayed', async (context) => {
    const slow = { latency: 0.1, bandwidth: 300_000 };
    const [plain, signed] = await Promise.all([
      stageFor(context, { edge: slow, nginx: false }),
      stageFor(context, { edge: { ...slow, refuseEvery: 4 }, signer: { delay: 1 }, nginx: false }),
    ]);
    const path = player === dashjs ? 'vod/dash/template.mpd' : 'vod/ts/lo/i.m3u8';
    // both at once: what disturbs one disturbs the other
    const viewers = await Promise.all([
      watch(plain, player, { carrier: 'open', path, tokens: false }),
      watch(signed, player, { path, tokens: { readAhead: 0 } }),
    ]);
    const measured = await Promise.all(
      viewers.map(async (viewer) => {
        await viewer.until(({ ended }) => ended, 90);
        return viewer.run<number>(`return ${estimate}`);
      }),
    );
    expect(signed.signer.calls.length).toBeGreaterThan(4);
    const ratio = measured[1]! / measured[0]!;
    // with the waits in it, it would be a third
    expect(ratio, measured.join(' and ')).toBeGreaterThan(0.66);
    expect(ratio, measured.join(' and ')).toBeLessThan(1.5);
  });
});
