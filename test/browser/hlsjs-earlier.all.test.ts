import { expect, test } from 'vitest';
import { seekStorm } from '../support/seek-storm.ts';
import { stageFor } from '../support/stage.ts';

test.concurrent.for(['1.6', '1.5'] as const)(
  'a viewer seeks sixty times and plays on where he stops: hls.js %s',
  async (hls, context) => {
    const stage = await stageFor(context, { signer: { ttl: 5, delay: 0.15 } });
    // one rendition: with its audio apart, hls.js may wait for ever after such a storm, tokens or not
    const seen = await seekStorm(stage, hls, 'film/ts/lo/i.m3u8');
    expect(seen).toMatchObject({ faults: [], rejections: [], pageErrors: [], mediaError: undefined });
    expect(await stage.refusals()).toEqual([]);
  },
);
