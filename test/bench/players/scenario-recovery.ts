import { setTimeout as delay } from 'node:timers/promises';
import { hasMovableNginx } from '../../support/nginx.ts';
import type { Stage } from '../../support/stage.ts';
import { createStage } from '../../support/stage.ts';
import type { Runner } from './bench-group.ts';
import { startTogether } from './bench-group.ts';
import { createBenchOrigin, filmOf } from './bench-media.ts';
import type { Contender } from './contender.ts';
import { lasting } from './contender.ts';
import type { Sample } from './sample.ts';

const NEXT_SECRET = 'another secret of the benchmark';
const TTL_SECONDS = 300;
const SLEEP_SECONDS = 3600;
/** Seconds after which a viewer without a picture will not get one. */
const PATIENCE_SECONDS = 12;

/** Incidents while a viewer pauses, of which the page can notice nothing but a change of its clock. */
const incidents = {
  /** Lets all tokens expire, while the page's clock does not say so. */
  expiry: (stage: Stage) => stage.moveClock(TTL_SECONDS + 60),
  rotation: (stage: Stage) => stage.setSecret(NEXT_SECRET),
  async sleep(stage: Stage, runners: readonly Runner[]) {
    await stage.moveClock(SLEEP_SECONDS);
    for (const { opened } of runners) {
      await opened.page.evaluate((ms) => {
        window.bench.clockOffset = ms;
      }, SLEEP_SECONDS * 1000);
    }
  },
};

export type Incident = keyof typeof incidents;
export const incidentNames = Object.keys(incidents) as Incident[];

/** Plays on where nothing is buffered: seconds until there is a picture again. Runs in the page. */
async function playOn(patience: number): Promise<number | null> {
  const video = document.querySelector('video')!;
  const started = performance.now();
  const target = video.currentTime + 200;
  video.currentTime = target;
  void video.play().catch(() => undefined);
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, 20));
    const seconds = (performance.now() - started) / 1000;
    if (!video.seeking && video.currentTime > target + 0.1) return seconds;
    if (seconds > patience) return null;
  }
}

/** Everybody pauses, something happens, and one after the other goes on in another place. */
export async function measureRecovery(
  incident: Incident,
  contenders: readonly Contender[],
): Promise<Map<Contender, Sample>> {
  const stage = await createStage({
    origin: createBenchOrigin(),
    signer: { ttl: TTL_SECONDS, delay: 0.05 },
    nextSecret: NEXT_SECRET,
    movableClock: incident !== 'rotation',
    ...(incident !== 'rotation' && !hasMovableNginx && { nginx: false }),
  });
  try {
    const all = lasting(contenders, 'SPF');
    const runners = await startTogether(stage, all, (contender) => ({ path: filmOf(contender) }));
    for (const { opened } of runners) await opened.page.evaluate(() => document.querySelector('video')!.pause());
    await delay(2000);
    await incidents[incident](stage, runners);
    const samples: Promise<readonly [Contender, Sample]>[] = [];
    for (const { contender, opened } of runners) {
      const played = opened.page.evaluate(playOn, PATIENCE_SECONDS);
      samples.push(
        played.then(async (seconds) => {
          const refusals = await opened.page.evaluate(() => window.bench.refusals.length);
          return [contender, { [incident]: seconds, [`${incident}Refusals`]: refusals }];
        }),
      );
      // who is late does not keep the others
      await Promise.race([played, delay(1500)]);
    }
    return new Map(await Promise.all(samples));
  } finally {
    await stage.dispose();
  }
}
