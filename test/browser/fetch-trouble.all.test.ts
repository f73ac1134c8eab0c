import { test, vi } from 'vitest';
import { openSpf } from '../support/spf-player.ts';
import { stageFor } from '../support/stage.ts';

/** A network on which there is always something left to load. */
const slow = { bandwidth: 35_000 };
const path = 'vod/fmp4/master.m3u8';
const fine = { error: undefined, reported: null };

test.concurrent.for(['query', 'header', 'path', 'cookie'] as const)(
  'SPF plays with tokens in each carrier: %s',
  async (carrier, context) => {
    const { expect } = context;
    const stage = await stageFor(context, { edge: slow, signer: { ttl: 4 } });
    const player = await openSpf(stage, carrier, path);
    expect(await player.playTo(9)).toMatchObject(fine);
    expect(await stage.refusals()).toEqual([]);
    expect(stage.signer.calls.length).toBeGreaterThan(1);
  },
);

test.concurrent('live, for three lifetimes of a token', async (context) => {
  const { expect } = context;
  const stage = await stageFor(context, { signer: { ttl: 3 } });
  const player = await openSpf(stage, 'exact', 'continuous/live/master.m3u8');
  const { currentTime } = await player.playTo(0.5);
  expect(await player.playTo(currentTime + 9)).toMatchObject(fine);
  expect(await stage.refusals()).toEqual([]);
});

test.concurrent('the signing endpoint is down for longer than a token lives: it resumes by itself', async (context) => {
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
});

test.concurrent('the secret is rotated at the edge in mid-stream', async (context) => {
  const { expect } = context;
  const stage = await stageFor(context, { edge: slow, nextSecret: 'the next secret' });
  const player = await openSpf(stage, 'query', path);
  await player.playTo(2);
  await stage.setSecret('the next secret');
  const seen = await player.playTo(9);
  expect(seen).toMatchObject(fine);
  expect(seen.tokens.filter(({ type }) => type === 'tokenerror')).toEqual([]);
  expect((await stage.refusals()).length).toBeGreaterThan(0);
});

test.concurrent('a viewer who is denied gets an error of SPF, and the app a reason', async (context) => {
  const { expect } = context;
  const stage = await stageFor(context, { signer: { denies: (url) => !url.includes('master') } });
  const player = await openSpf(stage, 'exact', path);
  await vi.waitFor(async () => expect((await player.snapshot()).reported).not.toBeNull(), {
    timeout: 30_000,
    interval: 200,
  });
  const { tokens } = await player.snapshot();
  expect(tokens.filter(({ type }) => type === 'tokendenied').map(({ code }) => code)).toContain('ERR_DENIED');
  expect(stage.signer.calls.length).toBeLessThan(5);
  expect(await stage.refusals()).toEqual([]);
});
