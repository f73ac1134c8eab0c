import { describe, expect, test } from 'vitest';
import { inPart } from '../../support/parts.ts';
import { hlsjs, videojs } from '../../support/players.ts';
import { stageFor } from '../../support/stage.ts';
import { unnoticed, watch } from '../../support/viewer.ts';

/** What is asked for before a player has read its first playlists: of more weight here than in a longer session. */
const CALLS_OF_THE_START = 3;

describe.concurrent.each(inPart([hlsjs], [videojs]))('$name, one token of 20 s for each URL', (player) => {
  test.for([
    ['live, segments of 1 s', 'seconds/i.m3u8'],
    ...inPart([], [['on demand, with sound and subtitles', 'film/fmp4/master.m3u8']]),
  ] as [string, string][])('%s: a call for six requests', async ([, path], context) => {
    const stage = await stageFor(context, { signer: { ttl: 20 } });
    const config = { maxBufferLength: 10, maxMaxBufferLength: 10 };
    const viewer = await watch(stage, player, { path, args: { config } });
    await viewer.until(({ currentTime }) => currentTime > 0);
    expect(await viewer.moves(12)).toMatchObject(unnoticed);
    const [calls, requests] = [stage.signer.calls.length, stage.edge.requests.length];
    expect(calls, `calls for ${requests} requests`).toBeLessThanOrEqual(requests / 6 + CALLS_OF_THE_START);
    expect(await stage.refusals()).toEqual([]);
  });
});
