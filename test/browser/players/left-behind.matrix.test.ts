import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { createLiveOrigin } from '../../../examples/origin/live-origin.mjs';
import { createDashLiveOrigin } from '../../support/dash-live-origin.ts';
import type { Origin } from '../../support/origins.ts';
import { inPart } from '../../support/parts.ts';
import type { Player } from '../../support/players.ts';
import { dashjs, hlsjs } from '../../support/players.ts';
import type { Stage } from '../../support/stage.ts';
import { stageFor } from '../../support/stage.ts';
import type { Viewer } from '../../support/viewer.ts';
import { told, watch } from '../../support/viewer.ts';

/** Seconds for which the endpoint is away: longer than the window, and than what is loaded. */
const LASTS = 10;

/** The window of a live stream is six seconds long, and in six seconds the recording begins anew: with a discontinuity. */
function hlsWindow(): Origin {
  let now = (): number => Date.now() - 8000;
  const origin = createLiveOrigin({ root: 'test/media/fmp4', windowSegments: 3, clock: () => now() });
  now = Date.now;
  return origin;
}
const dashWindow = (): Origin =>
  createDashLiveOrigin({ root: 'test/media/dash', base: '/dashlive/', windowSeconds: 6 });
const longWindow = (): Origin => createLiveOrigin({ root: 'test/media/fmp4', windowSegments: 18 });

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
