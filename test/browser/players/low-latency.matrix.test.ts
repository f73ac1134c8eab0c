import { describe, expect, test } from 'vitest';
import { inPart } from '../../support/parts.ts';
import { dashjs, hlsjs, videojs } from '../../support/players.ts';
import { stageFor } from '../../support/stage.ts';
import { told, unnoticed, watch } from '../../support/viewer.ts';

/** Seconds of play: two lifetimes of a token. */
const SECONDS = 10;

const streams = inPart(
  [{ player: hlsjs, path: 'll/i.m3u8', part: /\/p\d+\.\d\.m4s$/, config: { lowLatencyMode: true } }],
  [
    { player: videojs, path: 'll/i.m3u8', part: /\/p\d+\.\d\.m4s$/, config: {} },
    { player: dashjs, path: 'dashlive/chunked.mpd', part: /\.m4s$/, config: {} },
  ],
);

describe.concurrent.each(streams)('low latency with $player.name', ({ player, path, part, config }) => {
  test('parts go by with one token of five seconds for each URL, and nothing is refused or asked for twice', async (context) => {
    const stage = await stageFor(context, { signer: { ttl: 5, delay: 0.05 } });
    const viewer = await watch(stage, player, { path, args: { config } });
    await viewer.until(({ currentTime }) => currentTime > 0);
    const seen = await viewer.moves(SECONDS);
    // a blocking reload has less than two seconds, which a busy machine may need
    expect({ ...seen, failures: seen.failures.filter((each) => each !== 'levelLoadTimeOut') }).toMatchObject(unnoticed);
    expect(told(seen).filter((each) => !each.startsWith('tokenrenewed'))).toEqual([]);
    const parts = stage.edge.requests.map((request) => request.path).filter((each) => part.test(each));
    expect(parts.length).toBeGreaterThan(SECONDS);
    expect(new Set(parts).size).toBe(parts.length);
    expect(await stage.refusals()).toEqual([]);
  });
});
