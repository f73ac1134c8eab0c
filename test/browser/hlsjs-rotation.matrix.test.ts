import { test } from 'vitest';
import { inPart } from '../support/parts.ts';
import type { Player } from '../support/player.ts';
import { answersOfRefused } from '../support/refused-answers.ts';
import type { Stage } from '../support/stage.ts';
import { stageFor } from '../support/stage.ts';
import type { Carrier } from '../support/token-formats.ts';
import { expectNoMoreWaits } from '../support/untouched.ts';

const path = 'vod/fmp4/master.m3u8';
const config = { maxBufferLength: 2, maxMaxBufferLength: 2 };
const fine = { faults: [], rejections: [], pageErrors: [], mediaError: undefined };

/** A player with tokens and an untouched one beside it, which play the same. */
const playBoth = (stage: Stage, carrier: Carrier): Promise<[Player, Player]> => {
  const play = async (from: Carrier): Promise<Player> => {
    const player = await stage.open(from, path, { config, ...(from === 'open' && { tokens: false }) });
    await player.play();
    return player;
  };
  return Promise.all([play(carrier), play('open')]);
};

test.concurrent.for(inPart<Carrier>(['exact', 'path'], ['query']))(
  'the secret is rotated in mid-stream: each request under way is refused once, and nobody sees it: %s',
  async (carrier, context) => {
    const { expect } = context;
    const stage = await stageFor(context, { signer: { ttl: 60 }, nextSecret: 'another secret' });
    const [player, untouched] = await playBoth(stage, carrier);
    await player.until(({ currentTime }) => currentTime > 4);
    await stage.setSecret('another secret');
    const seen = await player.until(({ ended }) => ended);
    expect(seen).toMatchObject({ ...fine, cues: 10 });
    expectNoMoreWaits(seen, await untouched.until(({ ended }) => ended));
    expect(seen.tokens.map(({ type, reason = '' }) => `${type} ${reason}`.trim())).toEqual(
      expect.arrayContaining(['tokenrefused', 'tokenrenewed refused']),
    );
    expect(seen.tokens.filter(({ type }) => !['tokenrefused', 'tokenrenewed'].includes(type))).toEqual([]);
    const refused = await answersOfRefused(stage);
    expect(refused.length).toBeGreaterThan(0);
    for (const statuses of refused) expect(statuses).toEqual([403, 200]);
    expect(seen.tokens.filter(({ type }) => type === 'tokenrefused')).toHaveLength(refused.length);
  },
);
