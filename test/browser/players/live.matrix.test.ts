import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { filesBelow } from '../../../examples/origin/file-content.mjs';
import { createLiveOrigin } from '../../../examples/origin/live-origin.mjs';
import { createDashLiveOrigin } from '../../support/dash-live-origin.ts';
import type { Origin } from '../../support/origins.ts';
import { inPart } from '../../support/parts.ts';
import type { Player } from '../../support/players.ts';
import { dashjs, hlsjs, videojs } from '../../support/players.ts';
import type { Stage } from '../../support/stage.ts';
import { stageFor } from '../../support/stage.ts';
import type { Viewer } from '../../support/viewer.ts';
import { told, unnoticed, watch } from '../../support/viewer.ts';

/** Seconds for which the endpoint is away: longer than the window, and than what is loaded. */
const LASTS = 10;

/**
 * The window of a live stream is six seconds long, and in six seconds the recording begins anew: with a discontinuity.
 */
function hlsWindow(): Origin {
  let now = (): number => Date.now() - 8000;
  const origin = createLiveOrigin({ files: filesBelow('test/media/fmp4'), windowSegments: 3, clock: () => now() });
  now = Date.now;
  return origin;
}
const dashWindow = (): Origin =>
  createDashLiveOrigin({ root: 'test/media/dash', base: '/dashlive/', windowSeconds: 6 });
const longWindow = (): Origin => createLiveOrigin({ files: filesBelow('test/media/fmp4'), windowSegments: 18 });

interface Stream {
  readonly name: string;
  readonly player: Player;
  readonly path: string;
  readonly origin: () => Origin;
}

const streams: readonly Stream[] = inPart(
  [{ name: 'hls.js', player: hlsjs, path: 'live/lo/i.m3u8', origin: hlsWindow }],
  [
    { name: 'hls.js, sound and subtitles of their own', player: hlsjs, path: 'live/master.m3u8', origin: hlsWindow },
    { name: 'dash.js', player: dashjs, path: 'dashlive/index.mpd', origin: dashWindow },
  ],
);

/** A viewer of a live stream, whose endpoint goes away for `seconds` once there is a picture. */
async function outlast(stage: Stage, viewer: Viewer, seconds: number): Promise<void> {
  stage.signer.failWith = 503;
  await viewer.until((seen) => seen.readyState < 3 && told(seen).includes('tokenerror ERR_SIGNING_UNAVAILABLE'));
  await delay(seconds * 1000);
  stage.signer.failWith = 0;
}

describe.concurrent.each(streams)('an outage, $name', ({ player, path, origin }) => {
  test('that is longer than the live window: playback goes on at the live edge', async (context) => {
    const stage = await stageFor(context, { origin: origin(), signer: { ttl: 3 } });
    const viewer = await watch(stage, player, { carrier: 'query', path });
    await viewer.until(({ currentTime }) => currentTime > 0);
    const { currentTime: from } = await viewer.look();
    await outlast(stage, viewer, LASTS);
    const { uncaught } = await viewer.until(({ currentTime }) => currentTime > from + LASTS);
    expect(uncaught).toEqual([]);
    expect(await viewer.moves(2)).toMatchObject({ paused: false, error: null });
    expect(await stage.refusals()).toEqual([]);
  });
});

test.concurrent.for(inPart<string>([], ['hls.js']))(
  'an outage, %s: shorter than the live window of a viewer who has sought back, who misses nothing',
  async (_, context) => {
    const stage = await stageFor(context, { origin: longWindow(), signer: { ttl: 3 } });
    const viewer = await watch(stage, hlsjs, { carrier: 'query', path: 'live/lo/i.m3u8' });
    await viewer.until(({ currentTime }) => currentTime > 0);
    await viewer.run('video.currentTime -= 12');
    await outlast(stage, viewer, 3);
    const { currentTime: stood } = await viewer.look();
    const { currentTime } = await viewer.moves(0.5);
    expect(currentTime).toBeLessThan(stood + 4);
  },
);

/** Seconds of play: two lifetimes of a token. */
const SECONDS = 10;

const lowLatency = inPart(
  [{ player: hlsjs, path: 'll/i.m3u8', part: /\/p\d+\.\d\.m4s$/, config: { lowLatencyMode: true } }],
  [
    { player: videojs, path: 'll/i.m3u8', part: /\/p\d+\.\d\.m4s$/, config: {} },
    { player: dashjs, path: 'dashlive/chunked.mpd', part: /\.m4s$/, config: {} },
  ],
);

describe.concurrent.each(lowLatency)('low latency with $player.name', ({ player, path, part, config }) => {
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

/** What is asked for before a player has read its first playlists: of more weight here than in a longer session. */
const CALLS_OF_THE_START = 3;

describe.concurrent.each(inPart([hlsjs], [videojs]))('$name, one token of 20 s for each URL', (player) => {
  test.for([
    ['live, segments of 1 s', 'seconds/i.m3u8'],
    ...inPart([], [['on demand, with sound and subtitles', 'film/fmp4/master.m3u8']]),
  ] as [string, string][])('%s: a call for six requests', async ([, path], context) => {
    const stage = await stageFor(context, { signer: { ttl: 20 } });
    const config = { maxBufferLength: 10, maxMaxBufferLength: 10 };
    const viewer = await watch(stage, player, { path, args: { config } });
    await viewer.until(({ currentTime }) => currentTime > 0);
    expect(await viewer.moves(12)).toMatchObject(unnoticed);
    const [calls, requests] = [stage.signer.calls.length, stage.edge.requests.length];
    expect(calls, `calls for ${requests} requests`).toBeLessThanOrEqual(requests / 6 + CALLS_OF_THE_START);
    expect(await stage.refusals()).toEqual([]);
  });
});
