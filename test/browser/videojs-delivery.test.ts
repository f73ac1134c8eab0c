import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { bytesResponse } from '../../examples/origin/bytes-response.mjs';
import { memoryContent } from '../../examples/origin/memory-content.mjs';
import { createOrigins } from '../support/origins.ts';
import type { Stage } from '../support/stage.ts';
import { createStage } from '../support/stage.ts';
import type { Carrier } from '../support/token-formats.ts';
import { openVideojs } from '../support/videojs-player.ts';

const STEERED = `#EXTM3U
#EXT-X-CONTENT-STEERING:SERVER-URI="steering.json",PATHWAY-ID="a"
#EXT-X-STREAM-INF:BANDWIDTH=40000,PATHWAY-ID="a"
ts/lo/i.m3u8
`;
const steering = { VERSION: 1, TTL: 1, 'PATHWAY-PRIORITY': ['a'] };
const own: Record<string, ReturnType<typeof memoryContent>> = {
  '/vod/steered.m3u8': memoryContent(STEERED, { type: 'application/vnd.apple.mpegurl' }),
  '/vod/steering.json': memoryContent(JSON.stringify(steering), { type: 'application/json' }),
};

/** A playlist whose server signs what the playlist names: with tokens that are long dead. */
const WRITTEN = `#EXTM3U
#EXT-X-TARGETDURATION:2
#EXT-X-PLAYLIST-TYPE:VOD
${[0, 1, 2].map((index) => `#EXTINF:2,\nts/lo/s00${index}.ts?st=AAAAAAAAAAAAAAAAAAAAAA&e=1600000000`).join('\n')}
#EXT-X-ENDLIST
`;
own['/vod/written.m3u8'] = memoryContent(WRITTEN, { type: 'application/vnd.apple.mpegurl' });

let stage: Stage;
const others = createOrigins();
const stageOrigin = (request: Request): Promise<Response> => {
  const content = own[new URL(request.url).pathname];
  return content ? Promise.resolve(bytesResponse(request, content)) : others(request);
};
beforeAll(async () => {
  stage = await createStage({ signer: { ttl: 5 }, origin: stageOrigin });
});
afterAll(() => stage.dispose());

const answered = (carrier: Carrier, path: RegExp) =>
  stage.edge.requests.filter((request) => request.carrier === carrier && path.test(request.path));

test.concurrent('low latency: parts and blocking reloads', async () => {
  const player = await openVideojs(stage, 'exact', { path: 'll/i.m3u8' });
  await player.play();
  const { currentTime: start } = await player.snapshot();
  const seen = await player.until(({ currentTime }) => currentTime > start + 10);
  expect(seen).toMatchObject({ error: null, events: [], pageErrors: [] });
  expect(answered('exact', /\/p\d+\.\d\.m4s$/).length).toBeGreaterThan(5);
  expect(answered('exact', /\/i\.m3u8$/).filter(({ url }) => url.includes('_HLS_msn=')).length).toBeGreaterThan(5);
  await player.close();
});

test.concurrent.for(['exact', 'cookie', 'header'] as const)(
  'the steering manifest and its reloads: %s',
  async (carrier) => {
    const player = await openVideojs(stage, carrier, { path: 'vod/steered.m3u8' });
    await player.play();
    const reloads = (): number =>
      answered(carrier, /steering\.json$/).filter(({ url, status }) => status === 200 && url.includes('_HLS_pathway'))
        .length;
    await vi.waitFor(() => expect(reloads()).toBeGreaterThan(1), { timeout: 60_000 });
    expect(await player.snapshot()).toMatchObject({ error: null, events: [], pageErrors: [] });
    await player.close();
  },
);

test.concurrent('tokens that a server has written into the playlist are replaced', async () => {
  const player = await openVideojs(stage, 'exact', { path: 'vod/written.m3u8' });
  await player.play(4);
  expect(await player.until(({ ended }) => ended)).toMatchObject({ error: null, events: [], pageErrors: [] });
  const segments = player.requests.filter((url) => url.includes('.ts'));
  expect(segments.length).toBe(3);
  expect(segments.filter((url) => url.split('st=').length !== 2 || url.includes('AAAA'))).toEqual([]);
  await player.close();
});

test.concurrent('a steering manifest that is refused is asked for again', async () => {
  const refusing = await createStage({
    signer: { ttl: 5 },
    edge: { refuseEvery: 1 },
    nginx: false,
    origin: stageOrigin,
  });
  const player = await openVideojs(refusing, 'exact', { path: 'vod/steered.m3u8' });
  await player.play();
  const loaded = () =>
    refusing.edge.requests.filter(({ path, status }) => path.endsWith('steering.json') && status === 200).length;
  await vi.waitFor(() => expect(loaded()).toBeGreaterThan(1), { timeout: 60_000 });
  expect(await player.snapshot()).toMatchObject({ error: null, events: [], pageErrors: [] });
  await refusing.dispose();
});

test.concurrent.for(['vod/ts/master.m3u8', 'vod/v.mp4'])(
  'load() begins again, with one token on each request: %s',
  async (path) => {
    const player = await openVideojs(stage, 'query', { path, form: 'plugins' });
    await player.play();
    await player.until(({ currentTime }) => currentTime > 2);
    const asked = player.requests.length;
    await player.page.evaluate(() => window.players[0]!.load());
    await player.until(({ currentTime }) => currentTime < 1);
    await player.play();
    const seen = await player.until(({ currentTime }) => currentTime > 1);
    expect(seen).toMatchObject({ error: null, events: [], pageErrors: [], src: stage.url('query', path) });
    const again = player.requests.slice(asked).filter((url) => url.startsWith(stage.cdn));
    expect(again.filter((url) => url.split('st=').length !== 2)).toEqual([]);
    await player.close();
  },
);

test('no request was refused', async () => {
  expect(await stage.refusals()).toEqual([]);
});
