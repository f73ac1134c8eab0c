import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { createOrigins } from '../support/origins.ts';
import type { Stage } from '../support/stage.ts';
import { createStage } from '../support/stage.ts';
import type { Carrier } from '../support/token-formats.ts';
import type { VideojsOptions } from '../support/videojs-player.ts';
import { openVideojs } from '../support/videojs-player.ts';

const STEERED = `#EXTM3U
#EXT-X-CONTENT-STEERING:SERVER-URI="steering.json",PATHWAY-ID="a"
#EXT-X-STREAM-INF:BANDWIDTH=40000,PATHWAY-ID="a"
ts/lo/i.m3u8
`;
const own: Record<string, string> = {
  '/vod/steered.m3u8': STEERED,
  '/vod/steering.json': JSON.stringify({ VERSION: 1, TTL: 1, 'PATHWAY-PRIORITY': ['a'] }),
};

let stage: Stage;
beforeAll(async () => {
  const others = createOrigins();
  stage = await createStage({
    signer: { ttl: 8 },
    origin: (request) => {
      const text = own[new URL(request.url).pathname];
      return text === undefined ? others(request) : Promise.resolve(new Response(text));
    },
  });
});
afterAll(() => stage.dispose());

/** The paths that the edge was asked for by this carrier, and how. */
const asked = (carrier: Carrier, folder: string): string[] =>
  stage.edge.requests
    .filter((request) => request.carrier === carrier && request.path.startsWith(folder))
    .map(({ method, path }) => `${method} ${path.slice(folder.length)}`);

test.concurrent.each<[string, Carrier, VideojsOptions, string[]]>([
  ['AES-128', 'exact', { path: 'vod/aes/i.m3u8' }, ['GET k0.bin', 'GET k2.bin', 'GET s009.ts']],
  ['byte ranges', 'exact', { path: 'vod/range/i.m3u8' }, ['GET all.m4s']],
  ['TS', 'path', { path: 'vod/ts/master.m3u8' }, ['GET lo/i.m3u8', 'GET lo/s009.ts']],
  [
    'DASH, segments from a template',
    'exact',
    { path: 'vod/dash/template.mpd' },
    ['HEAD template.mpd', 'GET s-2-10.m4s'],
  ],
  ['DASH, an index in each file', 'query', { path: 'vod/dash/index.mpd' }, ['GET lo.mp4', 'GET sound.mp4']],
  ['DASH, an index in each file, cookie', 'cookie', { path: 'vod/dash/index.mpd' }, ['GET lo.mp4', 'GET sound.mp4']],
])('plays to the end: %s', async (_, carrier, options, paths) => {
  const player = await openVideojs(stage, carrier, options);
  await player.play(2);
  const seen = await player.until(({ ended }) => ended);
  expect(seen).toMatchObject({ error: null, events: [], pageErrors: [] });
  const folder = `/${options.path.replace(/[^/]*$/, '')}`;
  expect(asked(carrier, folder)).toEqual(expect.arrayContaining(paths));
  await player.close();
});

test.concurrent.each([
  ['plugins', '8.24'],
  ['element', '8.24'],
  ['call', '8.24'],
  ['plugins', '8.17'],
  ['call', '8.17'],
] as const)('signs the first request of a source given by: %s, Video.js %s', async (form, version) => {
  const player = await openVideojs(stage, 'query', { path: 'vod/fmp4/master.m3u8', form, version });
  await player.play();
  const { error, events, tokens } = await player.until(({ currentTime }) => currentTime > 1);
  expect({ error, events }).toEqual({ error: null, events: [] });
  expect(tokens.map(({ type }) => type)).toContain('tokenrenewed');
  // not even the first one went out without a token
  expect(
    player.requests.filter((url) => url.includes('/query/') && url.startsWith(stage.cdn) && !url.includes('st=')),
  ).toEqual([]);
  await player.close();
});

/** Runs in the page: keeps what the player, its tech and VHS tell, in `window.said`. */
const listen = (): void => {
  const said: string[] = [];
  const write = (value: unknown, depth: number): string => {
    if (!value || typeof value !== 'object') return typeof value === 'function' ? '' : String(value);
    const members = Object.values(value as Record<string, unknown>);
    return depth ? members.map((member) => write(member, depth - 1)).join(' ') : '';
  };
  const tap = (target: { trigger(...all: unknown[]): unknown }): void => {
    const trigger = target.trigger.bind(target);
    target.trigger = (...all) => {
      said.push(write(all, 5));
      return trigger(...all);
    };
  };
  Object.assign(window, { said });
  window.videojs.hook('setup', (created: unknown) => {
    const player = created as (typeof window.players)[0];
    tap(player);
    player.on('loadstart', () => tap(player.tech(true)));
  });
};

test.concurrent.each(['query', 'path'] as const)(
  'no event, getter, log or statistic holds a token, nor does the page: %s',
  async (carrier) => {
    const player = await openVideojs(stage, carrier, { path: 'vod/fmp4/master.m3u8', before: listen });
    await player.play(2);
    const seen = await player.until(({ ended }) => ended);
    const inside = await player.page.evaluate(() => {
      const player = window.players[0]!;
      const { vhs } = player.tech(true) as unknown as {
        vhs: { playlists: { main: { playlists: Record<string, unknown>[] } }; stats: object };
      };
      const playlists = vhs.playlists.main.playlists.map(({ id, resolvedUri, segments }) => [
        id,
        resolvedUri,
        ...((segments ?? []) as { resolvedUri: string }[]).map((segment) => segment.resolvedUri),
      ]);
      const own = [player.currentSource(), player.currentSources(), (player.src as unknown as () => string)()];
      const { said } = window as unknown as { said: string[] };
      return [JSON.stringify([playlists, own, vhs.stats]), ...said, document.documentElement.outerHTML].join('\n');
    });
    const token = carrier === 'path' ? /\/path\/[\w-]{22}\// : /st=|"st"/;
    expect(player.requests.filter((url) => token.test(url)).length).toBeGreaterThan(10);
    for (const text of [inside, seen.logs.join('\n')]) {
      expect(text).toContain('s000.m4s');
      expect(text).not.toMatch(token);
    }
    expect(JSON.stringify(seen)).not.toMatch(token);
    await player.close();
  },
);

test.concurrent('content steering: the first manifest and its reloads', async () => {
  const player = await openVideojs(stage, 'cookie', { path: 'vod/steered.m3u8', form: 'plugins' });
  await player.play();
  const isReload = (path: string): boolean => path.includes('steering.json');
  await vi.waitFor(() => expect(asked('cookie', '/vod/').filter(isReload).length).toBeGreaterThan(2), {
    timeout: 60_000,
  });
  expect(await player.snapshot()).toMatchObject({ error: null, events: [], pageErrors: [] });
  await player.close();
});

test.concurrent('low latency: parts and blocking reloads', async () => {
  const player = await openVideojs(stage, 'exact', { path: 'll/i.m3u8' });
  await player.play();
  const { currentTime: start } = await player.snapshot();
  const seen = await player.until(({ currentTime }) => currentTime > start + 8);
  expect(seen).toMatchObject({ error: null, events: [], pageErrors: [] });
  expect(asked('exact', '/ll/').filter((path) => /p\d+\.\d\.m4s$/.test(path)).length).toBeGreaterThan(5);
  await player.close();
});

test('no request was refused', async () => {
  expect(await stage.refusals()).toEqual([]);
});
