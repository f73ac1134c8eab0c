import { expect, test } from 'vitest';
import { stageFor } from '../support/stage.ts';
import { openVideojs } from '../support/videojs-player.ts';

test.concurrent.for(['8.17', 'core'] as const)(
  'plays to the end with another build of Video.js: %s',
  async (version, context) => {
    const stage = await stageFor(context, { signer: { ttl: 5 } });
    const player = await openVideojs(stage, 'exact', { path: 'vod/fmp4/master.m3u8', form: 'plugins', version });
    await player.play(2);
    const seen = await player.until(({ ended }) => ended);
    const src = stage.url('exact', 'vod/fmp4/master.m3u8');
    expect(seen).toMatchObject({ error: null, events: [], pageErrors: [], src });
    await player.close();
    expect(await stage.refusals()).toEqual([]);
  },
);
