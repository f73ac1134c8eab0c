import { test, vi } from 'vitest';
import { expectToldOfRefusals, openSpf } from '../support/spf-player.ts';
import { stageFor } from '../support/stage.ts';

/** A network on which the twenty seconds take longer to load than a token lives. */
const slow = { bandwidth: 35_000 };
const fine = { error: undefined, reported: null };

test.concurrent('SPF plays across the expiries of tokens for one URL each: no request is refused', async (context) => {
  const { expect } = context;
  const stage = await stageFor(context, { edge: slow, signer: { ttl: 3 } });
  const player = await openSpf(stage, 'exact', 'vod/fmp4/master.m3u8');
  expect(await player.playTo(8)).toMatchObject(fine);
  expect(player.pageErrors).toEqual([]);
  expect(await stage.refusals()).toEqual([]);
  const [first, last] = [stage.edge.requests[0]!, stage.edge.requests.at(-1)!];
  expect(last.at - first.at, 'loading has outlived tokens').toBeGreaterThan(6000);
  // playlists are learned: segments have their tokens in batches. How many end unused depends on the machine
  expect(Math.max(...stage.signer.calls.map(({ urls }) => urls.length))).toBeGreaterThan(4);
});

test.concurrent('a 403 in mid-stream is not seen by SPF, which would end at it', async (context) => {
  const { expect } = context;
  const stage = await stageFor(context, { edge: { ...slow, refuseEvery: 3 } });
  const player = await openSpf(stage, 'exact', 'vod/fmp4/master.m3u8');
  expect(await player.playTo(6)).toMatchObject(fine);
  expect(stage.edge.refusals().length).toBeGreaterThan(3);
  await expectToldOfRefusals(player, stage);
});

test.concurrent(
  'the endpoint is away for longer than a token lives: the picture comes back by itself',
  async (context) => {
    const { expect } = context;
    const stage = await stageFor(context, { signer: { ttl: 3 } });
    const player = await openSpf(stage, 'exact', 'continuous/live/master.m3u8');
    await player.playTo(0.5);
    stage.signer.failWith = 503;
    // whatever SPF does then: wait, or look for another place
    let before = -1;
    const isStuck = async (): Promise<boolean> => {
      const now = (await player.snapshot()).currentTime;
      const isSame = now === before;
      before = now;
      return isSame;
    };
    await vi.waitFor(async () => expect(await isStuck()).toBe(true), { timeout: 60_000, interval: 3000 });
    const { currentTime } = await player.snapshot();
    stage.signer.failWith = 0;
    expect(await player.playTo(currentTime + 4)).toMatchObject(fine);
    expect(await stage.refusals()).toEqual([]);
  },
);
