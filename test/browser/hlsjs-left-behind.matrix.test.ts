import { setTimeout as delay } from 'node:timers/promises';
import type { TestContext } from 'vitest';
import { describe, test } from 'vitest';
import { createLiveOrigin } from '../../examples/origin/live-origin.mjs';
import { createLowLatencyOrigin } from '../../examples/origin/low-latency-origin.mjs';
import type { HlsVersion } from '../support/page.ts';
import { inPart, runsRest } from '../support/parts.ts';
import type { Player, PlayerOptions, Snapshot } from '../support/player.ts';
import type { Stage } from '../support/stage.ts';
import { stageFor } from '../support/stage.ts';
import type { Carrier } from '../support/token-formats.ts';

/** Seconds that a token lives. */
const TTL = 4;

type Origin = (request: Request) => Promise<Response>;

/** A window of six seconds, and in six seconds the recording begins anew: with a discontinuity. */
function shortWindow(): Origin {
  let now = (): number => Date.now() - 8000;
  const origin = createLiveOrigin({ root: 'test/media/fmp4', windowSegments: 3, clock: () => now() });
  now = Date.now;
  return origin;
}

/** Delays the playlists of `shortWindow`: a player that waits for both hears of a segment before the playlist. */
function slowPlaylists(): Origin {
  const origin = shortWindow();
  return async (request) => {
    if (request.url.includes('i.m3u8')) await delay(700);
    return origin(request);
  };
}

const longWindow = (): Origin => createLiveOrigin({ root: 'test/media/fmp4', windowSegments: 18 });

const lowLatency = (): Origin =>
  createLowLatencyOrigin({ file: 'test/media/ll/frag.mp4', base: '/live/', windowSegments: 4, partsPerSegment: 2 });

interface Scene {
  readonly version: HlsVersion;
  readonly carrier?: Carrier;
  readonly path?: string;
  readonly origin?: () => Origin;
  readonly config?: PlayerOptions['config'];
  /** Lifetime of tokens in seconds. With a longer one, playlists have a token while segments wait for theirs. */
  readonly ttl?: number;
  /** Length of the wait in seconds. The server keeps a segment for twelve. */
  readonly lasts?: number;
}

/** A viewer of a live stream, and then a signing endpoint that has no tokens any more. */
async function open(context: TestContext, scene: Scene): Promise<{ stage: Stage; player: Player }> {
  const { version, carrier = 'path', path = 'live/lo/i.m3u8', origin = shortWindow, config = {}, ttl = TTL } = scene;
  const stage = await stageFor(context, { origin: origin(), signer: { ttl } });
  const player = await stage.open(carrier, path, {
    hls: version,
    config,
    // requests wait for their token, however long it takes
    tokens: { retry: { limit: 1000, backoffLimit: 1 } },
  });
  await player.play();
  stage.signer.failWith = 503;
  return { stage, player };
}

/** Resolves when nothing was requested for so many seconds, and nothing is left to play. */
const untilStarved = ({ edge }: Stage, { until }: Player, seconds: number): Promise<Snapshot> =>
  until(({ buffered, currentTime }) => {
    // who has sought back may have more of it further on
    const isPlayable = buffered.some(([start, end]) => start <= currentTime && currentTime + 0.5 < end);
    return !isPlayable && Date.now() - edge.requests.at(-1)!.at > seconds * 1000;
  });

/** A segment that hls.js asked for before it heard that the stream has moved on: with 503 if that is in its playlist. */
const isGone = ({ details, code }: Snapshot['faults'][number]): boolean =>
  details === 'fragLoadError' && (code === 404 || code === 503);
const unexpected = ({ faults }: Snapshot): unknown[] => faults.filter((fault) => fault.fatal || !isGone(fault));

/** Where the range begins that is being played. */
const rangeStart = ({ buffered, currentTime }: Snapshot): number | undefined =>
  buffered.find(([start, end]) => start <= currentTime && currentTime <= end)?.[0];

/** Segments are under way that the server will not have any more. */
const gone = { carrier: 'exact', origin: slowPlaylists, ttl: 12, lasts: 20 } as const;

const streams: readonly (readonly [string, Omit<Scene, 'version'>])[] = [
  ['one rendition', {}],
  ['sound and subtitles of their own', { carrier: 'query', path: 'live/master.m3u8' }],
  // to hls.js a missing subtitle is fatal
  ['with segments that are gone', { ...gone, path: 'live/master.m3u8' }],
  // it has requests for parts under way, so that hls.js sees by itself that it is behind
  ['low latency', { carrier: 'query', path: 'live/i.m3u8', origin: lowLatency }],
  ...(runsRest
    ? ([
        ['a token for each URL', { carrier: 'exact' }],
        ['one rendition, with segments that are gone', gone],
        ['liveSyncMode: buffered', { config: { liveSyncMode: 'buffered' } }],
      ] as const)
    : []),
];

describe.each(inPart<HlsVersion>(['1.7'], ['1.6', '1.5']))('a wait for a token, hls.js %s', (version) => {
  test.concurrent.for([
    ['', false],
    [', also if the viewer has asked for the live edge', true],
  ] as const)(
    'before the first picture, separate audio comes after the live window: playback begins%s',
    async ([, seeks], context) => {
      const live = shortWindow();
      let audioIsThere = Infinity;
      const origin: Origin = async (request) => {
        // as if its token came late
        while (/\/en\/.*\.m(p4|4s)/.test(request.url) && Date.now() < audioIsThere) await delay(100);
        return live(request);
      };
      const stage = await stageFor(context, { origin, signer: {} });
      const player = await stage.open('exact', 'live/master.m3u8', { hls: version });
      const played = player.play();
      await delay(4000);
      if (seeks) {
        await player.page.evaluate(() => {
          window.video.currentTime = window.hls.liveSyncPosition!;
        });
      }
      // the server keeps a segment for twelve seconds
      await delay(16_000);
      audioIsThere = Date.now();
      await played;
      const { currentTime: from } = await player.snapshot();
      await player.until(({ currentTime }) => currentTime > from + 3, 20);
    },
  );

  test.concurrent.for(streams)(
    'outlasts the live window: playback goes on at the live edge: %s',
    async ([, scene], context) => {
      const { expect } = context;
      const { stage, player } = await open(context, { version, ...scene });
      const stood = await untilStarved(stage, player, scene.lasts ?? 11);
      stage.signer.failWith = 0;
      // not two buffers, of which a player may have dropped the one behind
      const back = await player.until(({ buffered }) => (buffered.at(-1)?.[1] ?? 0) > stood.currentTime + 5, 20);
      // hls.js 1.5 plays on without a gap, and may do so before it has buffered those five seconds
      const inNewWindow = Math.max(stood.currentTime + 5, back.currentTime + 3);
      const seen = await player.until(({ currentTime }) => currentTime > inNewWindow, 20);
      expect(unexpected(seen)).toEqual([]);
      expect(seen).toMatchObject({ paused: false, rejections: [], pageErrors: [], mediaError: undefined });
      expect(await stage.refusals()).toEqual([]);
    },
  );

  test.concurrent('outlasts the live window of a viewer who pauses: he plays on when he wants to', async (context) => {
    const { expect } = context;
    const { stage, player } = await open(context, { version });
    const stood = await untilStarved(stage, player, 9);
    await player.page.evaluate(() => window.video.pause());
    stage.signer.failWith = 0;
    // hls.js 1.5 leaves no gap
    const seen = await player.until(({ buffered }) => (buffered.at(-1)?.[1] ?? 0) > stood.currentTime + 2, 20);
    expect(seen).toMatchObject({ paused: true, rejections: [], pageErrors: [] });
    await player.page.evaluate(() => void window.video.play());
    await player.until(({ currentTime, paused }) => !paused && currentTime > stood.currentTime + 8, 20);
    expect(unexpected(await player.snapshot())).toEqual([]);
  });

  test.concurrent(
    'is shorter than the live window of a viewer who has sought back: he misses nothing',
    async (context) => {
      const { expect } = context;
      const { stage, player } = await open(context, {
        version,
        origin: longWindow,
        config: { maxBufferLength: 4, maxMaxBufferLength: 4, backBufferLength: 4 },
      });
      await player.page.evaluate(() => void (window.video.currentTime -= 12));
      const stood = await untilStarved(stage, player, 4);
      stage.signer.failWith = 0;
      const back = await player.until(({ currentTime }) => currentTime > stood.currentTime + 0.5, 20);
      expect(back.currentTime).toBeLessThan(stood.currentTime + 4);
      const seen = await player.until(({ currentTime }) => currentTime > back.currentTime + 4, 20);
      expect(unexpected(seen)).toEqual([]);
      // further on there may be another range, from before he sought; he keeps four seconds behind him
      expect(rangeStart(back), 'without a hole').toBeLessThanOrEqual(stood.currentTime);
      expect(rangeStart(seen), 'without a hole').toBeLessThanOrEqual(Math.max(stood.currentTime, seen.currentTime - 4));
    },
  );
});
