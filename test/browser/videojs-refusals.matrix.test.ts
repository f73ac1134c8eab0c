import { test } from 'vitest';
import { inPart } from '../support/parts.ts';
import { stageFor } from '../support/stage.ts';
import type { Carrier } from '../support/token-formats.ts';
import { expectNoMoreWaits } from '../support/untouched.ts';
import { hasPlayed } from '../support/videojs-cues.ts';
import { openVideojs } from '../support/videojs-player.ts';

const path = 'vod/fmp4/master.m3u8';
const fine = { error: null, events: [], pageErrors: [] };

test.concurrent.for(inPart<Carrier>(['query'], ['exact']))(
  'the secret is rotated in mid-stream: %s',
  async (carrier, context) => {
    const { expect } = context;
    // the tokens at hand outlive the test: only the edge ends them
    const stage = await stageFor(context, { signer: { ttl: 600 }, nginx: false });
    const [player, untouched] = await Promise.all([
      openVideojs(stage, carrier, { path }),
      openVideojs(stage, 'open', { path, tokens: false }),
    ]);
    await Promise.all([player.play(), untouched.play()]);
    await player.until(({ currentTime }) => currentTime > 4);
    await stage.setSecret('another secret');
    const seen = await player.until(hasPlayed(player));
    expect(seen).toMatchObject(fine);
    expectNoMoreWaits(seen, await untouched.until(hasPlayed(untouched)));
    expect(seen.tokens.map(({ type }) => type)).toContain('tokenrefused');
  },
);

test.concurrent.for(inPart(['8.24'] as const, ['8.17'] as const))(
  'every fifth request is refused: Video.js %s',
  async (version, context) => {
    const { expect } = context;
    const stage = await stageFor(context, { edge: { refuseEvery: 5 } });
    const player = await openVideojs(stage, 'exact', { path, version });
    await player.play(2);
    const seen = await player.until(hasPlayed(player));
    expect(seen).toMatchObject(fine);
    expect(stage.edge.refusals().length).toBeGreaterThan(4);
  },
);
