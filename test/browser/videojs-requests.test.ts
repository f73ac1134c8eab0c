import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Stage } from '../support/stage.ts';
import { createStage } from '../support/stage.ts';
import type { Carrier } from '../support/token-formats.ts';
import type { VideojsOptions } from '../support/videojs-player.ts';
import { openVideojs } from '../support/videojs-player.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await createStage({ signer: { ttl: 8 } });
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

test.concurrent.each(['query', 'path'] as const)('no token is to be seen: %s', async (carrier) => {
  const player = await openVideojs(stage, carrier, { path: 'vod/fmp4/master.m3u8', options: { html5: { vhs: {} } } });
  await player.play(2);
  const seen = await player.until(({ ended }) => ended);
  const inside = await player.page.evaluate(() => {
    const [player] = window.players;
    const { vhs } = player!.tech(true) as unknown as {
      vhs: {
        playlists: { main: { playlists: { resolvedUri: string; id: string; segments?: { resolvedUri: string }[] }[] } };
        stats: object;
      };
    };
    const playlists = vhs.playlists.main.playlists.map(({ id, resolvedUri, segments }) => [
      id,
      resolvedUri,
      ...(segments ?? []).map((segment) => segment.resolvedUri),
    ]);
    return JSON.stringify([
      playlists,
      player!.currentSource(),
      player!.currentSources(),
      (player!.src as unknown as () => string)(),
      vhs.stats,
    ]);
  });
  const token = carrier === 'path' ? /\/path\/[\w-]{22}\// : /st=/;
  expect(player.requests.filter((url) => token.test(url)).length).toBeGreaterThan(10);
  expect(inside).toContain('s000.m4s');
  expect(inside).not.toMatch(token);
  expect(seen.logs.join('\n')).toContain('s000.m4s');
  expect(seen.logs.join('\n')).not.toMatch(token);
  expect(JSON.stringify(seen)).not.toMatch(token);
  await player.close();
});

test.concurrent('hooks of the app run in all three places, and their headers and options arrive', async () => {
  const player = await openVideojs(stage, 'query', {
    path: 'vod/ts/master.m3u8',
    form: 'call',
    before: () => {
      type Hook = (options: { beforeSend?: (xhr: XMLHttpRequest) => void }) => object;
      const counts = { global: 0, own: 0, beforeSend: 0, headers: 0 };
      Object.assign(window, { counts });
      const { Vhs } = window.videojs as unknown as { Vhs: { xhr: { onRequest(hook: Hook): void } } };
      Vhs.xhr.onRequest((options) => {
        counts.global++;
        return options;
      });
      window.videojs.hook('setup', (created: unknown) => {
        const player = created as (typeof window.players)[0];
        player.on('xhr-hooks-ready', () => {
          queueMicrotask(() => {
            const { vhs } = player.tech(true) as unknown as { vhs: { xhr: { onRequest(hook: Hook): void } } };
            // later than the plugin, and without its options
            vhs.xhr.onRequest((options) => {
              counts.own++;
              return {
                ...options,
                beforeSend: (xhr: XMLHttpRequest) => {
                  counts.beforeSend++;
                  xhr.setRequestHeader('X-Token', 'from the app');
                },
              };
            });
          });
        });
      });
    },
  });
  const headers: (string | undefined)[] = [];
  player.page.on('request', (request) => {
    if (request.url().includes('.ts')) headers.push(request.headers()['x-token']);
  });
  await player.play();
  await player.until(({ currentTime }) => currentTime > 1);
  await player.page.evaluate(() => {
    const [player] = window.players;
    player!.src(player!.currentSource());
    void player!.play();
  });
  const seen = await player.until(({ currentTime }) => currentTime > 2);
  const counts = await player.page.evaluate(() => (window as unknown as { counts: Record<string, number> }).counts);
  const requests = player.requests.filter((url) => url.startsWith(stage.cdn)).length;
  // the very first requests are made before a hook of the player can be there; it then stands for those for all players
  expect(counts.own).toBeGreaterThanOrEqual(requests - 2);
  expect(counts.global! + counts.own!).toBe(requests);
  expect(counts.beforeSend).toBe(counts.own);
  expect(headers.length).toBeGreaterThan(2);
  expect(new Set(headers)).toEqual(new Set(['from the app']));
  expect(seen).toMatchObject({ error: null, events: [], pageErrors: [] });
  await player.close();
});

test('no request was refused', async () => {
  expect(await stage.refusals()).toEqual([]);
});
