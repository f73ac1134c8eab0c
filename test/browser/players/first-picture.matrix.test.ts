import { describe, expect, test } from 'vitest';
import { tokensFor } from '../../../packages/server/src/index.ts';
import { createOrigins } from '../../support/origins.ts';
import { inPart } from '../../support/parts.ts';
import { hlsjs, videojs } from '../../support/players.ts';
import { stageFor } from '../../support/stage.ts';
import { tokenFormat } from '../../support/token-formats.ts';
import { unnoticed, watch } from '../../support/viewer.ts';

const ttl = 300;
const expand = { fetch };
/** Matches all segments of a rendition but the first. */
const LATER = /\/s(?!0+\.)\d+\.\w+$/;

describe.concurrent.each(inPart([hlsjs], [videojs]))('the calls before the first picture of $name', (player) => {
  test.for([
    ['one, where the endpoint expands playlists', 1, 'expand', 'vod/fmp4/master.m3u8'],
    ['none, where the page has the tokens', 0, 'tokens', 'vod/fmp4/master.m3u8'],
    ['one for each level of playlists else', 3, 'neither', 'vod/ts/master.m3u8'],
  ] as const)('%s', async ([, calls, start, path], context) => {
    // of each rendition only the first segment is answered: what comes after the picture is no matter of speed
    const files = createOrigins();
    const origin = async (request: Request): Promise<Response> =>
      LATER.test(request.url) ? new Promise(() => undefined) : files(request);
    const stage = await stageFor(context, { origin, signer: { ttl }, ...(start !== 'neither' && { expand }) });
    const format = tokenFormat('exact', stage.edge.secrets);
    const tokens = start === 'tokens' && {
      tokens: await tokensFor([stage.url('exact', path)], { format, ttl, expand }),
    };
    const noting = `video.addEventListener('loadeddata', () => {
      window.calls = performance.getEntriesByType('resource').filter(({ name }) => name === args.tokens.endpoint).length;
    });`;
    const viewer = await watch(stage, { ...player, play: noting + player.play }, { path, tokens: { ...tokens } });
    const seen = await viewer.until(({ currentTime }) => currentTime > 1);
    expect(seen).toMatchObject(unnoticed);
    expect(await viewer.run('return calls')).toBe(calls);
    expect(await stage.refusals()).toEqual([]);
  });
});
