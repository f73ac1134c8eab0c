import { test } from 'vitest';
import { openShaka, quiet } from '../support/shaka-player.ts';
import { stageFor } from '../support/stage.ts';

test.concurrent.for(['vod/dash/template.mpd', 'vod/fmp4/master.m3u8'])(
  'Shaka plays past expiries and refusals, and nobody sees them: %s',
  async (path, context) => {
    const { expect } = context;
    const stage = await stageFor(context, { signer: { ttl: 3 }, edge: { refuseEvery: 5 } });
    const player = await openShaka(stage, 'exact', { path });
    // of the four seconds that it keeps ahead here, these are two, which a busy machine does not use up
    await player.play(2);
    const seen = await player.until(({ ended }) => ended);
    expect(seen).toMatchObject({ ...quiet, loadError: undefined });
    expect(stage.edge.refusals().length).toBeGreaterThan(3);
    expect(seen.tokens.map(({ type }) => type)).toContain('tokenrefused');
  },
);
