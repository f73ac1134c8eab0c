import type { TestContext } from 'vitest';
import { describe, test } from 'vitest';
import type { DashPage, DashSnapshot, DashVersion } from '../support/dashjs-player.ts';
import { openDash } from '../support/dashjs-player.ts';
import { createDashLiveOrigin } from '../support/dash-live-origin.ts';
import { inPart, runsRest } from '../support/parts.ts';
import type { Stage } from '../support/stage.ts';
import { stageFor } from '../support/stage.ts';

/** Seconds that a token lives. */
const TTL = 4;
const SHORT_WINDOW = 6;
const LONG_WINDOW = 30;

/** A viewer of a live stream, and then a signing endpoint that has no tokens any more. */
async function open(
  context: TestContext,
  version: DashVersion,
  windowSeconds: number,
): Promise<{ stage: Stage; player: DashPage }> {
  const origin = createDashLiveOrigin({ root: 'test/media/dash', base: '/dashlive/', windowSeconds });
  const stage = await stageFor(context, { origin, signer: { ttl: TTL } });
  const player = await openDash(stage, 'query', {
    version,
    path: 'dashlive/index.mpd',
    // requests wait for their token, however long it takes
    tokens: { retry: { limit: 1000, backoffLimit: 1 } },
  });
  await player.play();
  stage.signer.failWith = 503;
  return { stage, player };
}

/** Resolves when nothing was requested for so many seconds, and there is no picture. */
const untilStarved = ({ edge }: Stage, { until }: DashPage, seconds: number): Promise<DashSnapshot> =>
  until(({ readyState }) => readyState < 3 && Date.now() - edge.requests.at(-1)!.at > seconds * 1000);

/**
 * BolaRule.js of dash.js 5.0 throws this by itself when a buffer runs empty before it has chosen a quality, and dash.js
 * goes on. It does so without this plugin, too: an unprotected stream whose server holds all answers back for longer
 * than the window, whether the app then seeks to the live edge, at once or with the next manifest, or nobody seeks.
 */
const isOfDashjs50 = (error: string, version: DashVersion): boolean =>
  version === '5.0' && error.includes("reading 'absoluteIndex'");
const harmOf = (seen: DashSnapshot, version: DashVersion): Partial<DashSnapshot> => ({
  ...seen,
  pageErrors: seen.pageErrors.filter((error) => !isOfDashjs50(error, version)),
  rejections: seen.rejections.filter((error) => !isOfDashjs50(error, version)),
});
const unharmed = { rejections: [], pageErrors: [], paused: false };

/** Waits by the way in which dash.js gets back to the live edge. A period lasts for 20 s, and one has just begun. */
const waits: readonly (readonly [string, number])[] = [
  ['it seeks', 10],
  ...(runsRest ? ([['its period has left the manifest: it starts anew', 26]] as const) : []),
];

describe.each(inPart<DashVersion>(['5.2'], ['5.0']))('a wait for a token, dash.js %s', (version) => {
  test.concurrent.for(waits)(
    'outlasts the live window: playback goes on at the live edge: %s',
    async ([, seconds], context) => {
      const { expect } = context;
      const { stage, player } = await open(context, version, SHORT_WINDOW);
      const stood = await untilStarved(stage, player, seconds);
      stage.signer.failWith = 0;
      const back = await player.until(
        ({ currentTime, readyState }) => readyState > 2 && currentTime > stood.currentTime + 4,
        20,
      );
      const seen = await player.until(({ currentTime }) => currentTime > back.currentTime + 3, 20);
      expect(harmOf(seen, version)).toMatchObject(unharmed);
      expect(await stage.refusals()).toEqual([]);
    },
  );

  test.concurrent(
    'is shorter than the live window of a viewer who has sought back: he misses nothing',
    async (context) => {
      const { expect } = context;
      const { stage, player } = await open(context, version, LONG_WINDOW);
      await player.page.evaluate(() => window.dashPlayer.seek(window.dashPlayer.getVideoElement().currentTime - 12));
      const stood = await untilStarved(stage, player, 4);
      stage.signer.failWith = 0;
      const back = await player.until(({ currentTime }) => currentTime > stood.currentTime + 0.5, 20);
      expect(back.currentTime).toBeLessThan(stood.currentTime + 4);
      const seen = await player.until(({ currentTime }) => currentTime > back.currentTime + 4, 20);
      expect(harmOf(seen, version)).toMatchObject(unharmed);
    },
  );
});
