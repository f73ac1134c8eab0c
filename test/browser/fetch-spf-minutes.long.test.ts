import type { TestContext } from 'vitest';
import { test } from 'vitest';
import { expectToldOfRefusals, openSpf } from '../support/spf-player.ts';
import type { Stage } from '../support/stage.ts';
import { stageFor } from '../support/stage.ts';

/** Ten minutes on one timeline: SPF knows no discontinuities. */
const FILM = 'continuous/film/master.m3u8';
const MINUTES = 600;
/** Seconds that a token lives. */
const TTL = 10;
/**
 * The playback rate, at which the film takes two minutes, twelve lives of a token. The test leaves the clocks alone:
 * nginx follows a clock that jumps within a second or two, which is too much of ten.
 */
const RATE = 5;
const seconds = (2 * MINUTES) / RATE;

/**
 * The buffer of hls.js, as long as that of SPF, which has no option for it. By default hls.js would load all of this
 * small film at once.
 */
const config = { maxMaxBufferLength: 30 };
const fine = { error: undefined, reported: null };

const openStage = (context: TestContext): Promise<Stage> => stageFor(context, { signer: { ttl: TTL } });

test.concurrent(
  'ten minutes across tokens of ten seconds: no refusal, and a call for two requests or more, as with hls.js',
  async (context) => {
    const { expect } = context;
    const [stage, other] = await Promise.all([openStage(context), openStage(context)]);
    const [spf, hls] = await Promise.all([openSpf(stage, 'exact', FILM), other.open('exact', FILM, { config })]);
    await Promise.all([spf.setRate(RATE), hls.play(RATE)]);
    const [seen] = await Promise.all([
      spf.playTo(MINUTES - 1, seconds),
      hls.until(({ currentTime }) => currentTime >= MINUTES - 1, seconds),
    ]);
    expect(seen).toMatchObject(fine);
    expect(spf.pageErrors).toEqual([]);
    expect(seen.tokens.filter(({ type }) => type !== 'tokenrenewed')).toEqual([]);
    expect([await stage.refusals(), await other.refusals()]).toEqual([[], []]);

    const [first, last] = [stage.edge.requests[0]!, stage.edge.requests.at(-1)!];
    expect((last.at - first.at) / 1000, 'seconds of loading').toBeGreaterThan(8 * TTL);
    // on a busy machine, what was signed ahead ends before it is used: the bench has the calls of a quiet one
    for (const { signer, edge } of [stage, other])
      expect(signer.calls.length, 'calls').toBeLessThanOrEqual(edge.requests.length / 2);
  },
);

test.concurrent('one request in five is refused in mid-film: SPF does not see it', async (context) => {
  const { expect } = context;
  const stage = await openStage(context);
  const player = await openSpf(stage, 'exact', FILM);
  await player.setRate(RATE);
  await player.playTo(20);
  stage.edge.refuseEvery = 5;
  const seen = await player.playTo(150);
  expect(seen).toMatchObject(fine);
  expect(player.pageErrors).toEqual([]);
  expect(stage.edge.refusals().length).toBeGreaterThan(5);
  await expectToldOfRefusals(player, stage);
});
