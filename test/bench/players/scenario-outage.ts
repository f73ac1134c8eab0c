import { setTimeout as delay } from 'node:timers/promises';
import type { Stage } from '../../support/stage.ts';
import { createStage } from '../../support/stage.ts';
import { createBenchOrigin, filmOf, liveOf } from './bench-media.ts';
import type { BenchPage } from './bench-page.ts';
import { firstFrame, openBenchPage } from './bench-page.ts';
import type { Contender, PlayerName } from './contender.ts';
import { withBothTokens } from './contender.ts';
import type { OutageKind } from './outage-cells.ts';
import { outageKinds, outageSeconds, returnMetric } from './outage-cells.ts';
import type { Sample } from './sample.ts';

const TTL_SECONDS = 20;
const CALM_MS = 24_000;
/** Seconds after which a viewer without a picture will not get one. */
const PATIENCE_SECONDS = 45;
/** A request that waits is tried again within ten seconds: for so long the picture has to go on. */
const SETTLED_SECONDS = 10;
/** Groups at a time, of one viewer a player: viewers mostly wait, and two cores have time for eight. */
const AT_A_TIME = 2;

const dashBuffer = { bufferTimeDefault: 10, bufferTimeAtTopQuality: 10, bufferTimeAtTopQualityLongForm: 10 };

/** Configurations with ten seconds ahead, so that an outage of a film is not over before the buffer is. */
const shortBuffers: Partial<Record<PlayerName, object>> = {
  'hls.js': { maxBufferLength: 10, maxMaxBufferLength: 10 },
  'Shaka Player': { streaming: { bufferingGoal: 10 } },
  'dash.js': { streaming: { buffer: dashBuffer } },
};

/** Video.js has no option for it. Runs in the page. */
function shortenVideojs(): void {
  const { Vhs } = window.videojs as unknown as { Vhs: Record<string, number> };
  Vhs.MAX_GOAL_BUFFER_LENGTH = 10;
  Vhs.GOAL_BUFFER_LENGTH = 10;
}

async function openViewer(stage: Stage, contender: Contender, kind: OutageKind): Promise<BenchPage> {
  const isLive = kind === 'live';
  const config = isLive ? {} : shortBuffers[contender.player];
  const opened = await openBenchPage(stage, contender, {
    path: isLive ? liveOf(contender) : filmOf(contender),
    ...(config && { config }),
  });
  if (!isLive && contender.player === 'Video.js') await opened.page.evaluate(shortenVideojs);
  await opened.start();
  await firstFrame(opened);
  return opened;
}

/**
 * Seconds from now to the end of the last stop of the picture, after which it goes on for `settled` seconds; 0 if it
 * never stops, `null` if that takes more than `patience`. Runs in the page.
 */
async function untilPicture({ patience, settled }: { patience: number; settled: number }): Promise<number | null> {
  const video = document.querySelector('video')!;
  const begun = performance.now();
  let last = { now: 0, at: video.currentTime };
  let stood = 0;
  let backAt = 0;
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, 50));
    const now = (performance.now() - begun) / 1000;
    const at = video.currentTime;
    const passed = now - last.now;
    // a seek changes the position and shows nothing
    const isMoving = at > last.at && at < last.at + passed + 0.5 && !video.seeking;
    if (isMoving && stood > 0.5) backAt = now;
    stood = isMoving ? 0 : stood + passed;
    last = { now, at };
    if (stood < 0.5 && now - backAt > settled) return backAt;
    if (now > patience + settled) return null;
  }
}

/** Measures an outage with one viewer a contender, all of them in the same outage. */
async function measureOutage(
  contenders: readonly Contender[],
  kind: OutageKind,
  seconds: number,
): Promise<(readonly [Contender, Sample])[]> {
  const stage = await createStage({ origin: createBenchOrigin(), signer: { ttl: TTL_SECONDS, delay: 0.05 } });
  try {
    const viewers = await Promise.all(contenders.map((contender) => openViewer(stage, contender, kind)));
    await delay(CALM_MS);
    stage.signer.failWith = 503;
    await delay(seconds * 1000);
    stage.signer.failWith = 0;
    return await Promise.all(
      viewers.map(async ({ page }, index) => {
        const contender = contenders[index]!;
        const back = await page.evaluate(untilPicture, { patience: PATIENCE_SECONDS, settled: SETTLED_SECONDS });
        const failures = await page.evaluate(() => window.bench.failures);
        const said = failures.length > 0 ? `; the player says ${failures.join(', ')}` : '';
        console.log(`${contender.name}, ${kind}, endpoint away for ${seconds} s: ${back ?? 'no picture'}${said}`);
        return [contender, { [returnMetric(kind, seconds)]: back }] as const;
      }),
    );
  } finally {
    await stage.dispose();
  }
}

/** Measures one viewer for each cell: player, kind of token, live or on demand, and seconds without the endpoint. */
export async function measureOutages(): Promise<Map<Contender, Sample>> {
  const groups = [...outageSeconds].reverse().flatMap((seconds) =>
    outageKinds.flatMap((kind) =>
      (['exact', 'query'] as const).map((carrier) => ({
        seconds,
        kind,
        contenders: withBothTokens.filter((contender) => contender.carrier === carrier),
      })),
    ),
  );
  const samples = new Map<Contender, Sample>();
  const measureNext = async (): Promise<void> => {
    for (let group = groups.shift(); group; group = groups.shift()) {
      const measured = await measureOutage(group.contenders, group.kind, group.seconds);
      for (const [contender, sample] of measured) samples.set(contender, { ...samples.get(contender), ...sample });
    }
  };
  await Promise.all(Array.from({ length: AT_A_TIME }, measureNext));
  return samples;
}
