import { describe, expect, test } from 'vitest';
import { newest } from '../../support/players.ts';
import { stageFor } from '../../support/stage.ts';
import { watch } from '../../support/viewer.ts';

/** Films of ten minutes without init segments: after such a storm hls.js alone may ask for one again and again. */
const films: Record<string, string | undefined> = {
  'dash.js': 'vod/dash/template.mpd',
  'SPF, which fetches': 'continuous/film/master.m3u8',
};

describe.concurrent.each(newest.filter(({ waits }) => waits))('a restless viewer of $name', (player) => {
  test('seeks thirty times while tokens are on their way, and plays on where he stops', async (context) => {
    const stage = await stageFor(context, { signer: { ttl: 5, delay: 0.15 } });
    const path = films[player.name] ?? 'film/ts/lo/i.m3u8';
    const viewer = await watch(stage, player, { path });
    await viewer.until(({ currentTime }) => currentTime > 0);
    const { duration } = await viewer.look();
    await viewer.run(
      `for (let turn = 0; turn < 30; turn++) {
        video.currentTime = (turn * 0.37 * args.duration) % args.duration;
        await sleep(40 + (turn % 4) * 60);
      }
      video.currentTime = args.duration / 3;`,
      { duration },
    );
    const seen = await viewer.until(
      ({ currentTime }) => currentTime > duration / 3 + 2 && currentTime < duration / 3 + 15,
    );
    expect(seen).toMatchObject({ uncaught: [], error: null });
    expect(await stage.refusals()).toEqual([]);
  });
});
