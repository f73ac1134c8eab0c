import { readFileSync } from 'node:fs';
import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { build } from 'esbuild';
import type { TestContext } from 'vitest';
import { describe, expect, test, vi } from 'vitest';
import { root } from '../support/sources.ts';
import { pathOf } from '../support/programs.ts';
import type { Player } from '../support/players.ts';
import { newest } from '../support/players.ts';
import type { Stage } from '../support/stage.ts';
import { stageFor } from '../support/stage.ts';
import { lookEvery, lookUntil, told, unnoticed, watch } from '../support/viewer.ts';

/** Seconds that a token lives. */
const TTL = 3;

/** Resolves when the edge has answered for three lifetimes of a token. */
const outlives = (stage: Stage): Promise<unknown> =>
  vi.waitFor(
    () => {
      const [first, last] = [stage.edge.requests[0]!, stage.edge.requests.at(-1)!];
      expect(last.at - first.at).toBeGreaterThan(3 * TTL * 1000);
    },
    { timeout: 60_000, interval: lookEvery },
  );

/** One script of a module, with the packages of the repository as they are shipped. */
async function bundled(contents: string): Promise<string> {
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: import.meta.dirname },
    bundle: true,
    write: false,
    format: 'iife',
    logLevel: 'error',
    // without it, p2p-media-loader asks for polyfills of Node
    conditions: ['p2pml:core-as-bundle'],
    nodePaths: [`${root}test/extra/node_modules`],
    // of the packages what is shipped, where the type check goes to their sources
    tsconfigRaw: {},
  });
  return outputFiles.map(({ text }) => text).join('');
}

interface Tracker {
  readonly http: Server;
  listen(port: number, host: string): void;
  close(closed: () => void): void;
}

/** Starts a tracker, at which viewers find each other. @returns its address */
async function startTracker(stage: Stage): Promise<string> {
  const { default: TrackerServer } = (await import(pathOf('bittorrent-tracker')!)) as {
    default: new (options: object) => Tracker;
  };
  const tracker = new TrackerServer({ udp: false, http: true, ws: true, stats: false });
  tracker.listen(0, '127.0.0.1');
  await once(tracker.http, 'listening');
  // it has closed when the pages have
  stage.closes(async () => tracker.close(() => undefined));
  return `ws://127.0.0.1:${(tracker.http.address() as AddressInfo).port}`;
}

/** The code of docs/players.md, whose page counts bytes by where they come from. */
function sharing(stage: Stage, tracker: string, path: string, change = (code: string): string => code): Player {
  const page = readFileSync('docs/players.md', 'utf8');
  const code = page.slice(page.indexOf('// p2p.mjs')).split('```')[0]!;
  const moved = change(code)
    .replace('wss://tracker.example.com', tracker)
    .replace('https://cdn.example.com/vod/7/master.m3u8', stage.url('exact', path))
    .replace('https://cdn.example.com/', `${stage.cdn}/`)
    .replace('/token', stage.signer.endpoint('exact'));
  return {
    name: 'p2p-media-loader',
    scripts: [],
    films: [path],
    live: path,
    bundle: () => bundled(`${moved}\nObject.assign(window, { source, engine, hls });`),
    play: `follow(source);
      window.bytes = { http: 0, p2p: 0 };
      engine.addEventListener('onChunkDownloaded', (length, from) => (bytes[from] += length));
      hls.on('hlsError', (_, { fatal, details }) => fatal && seen.failures.push(details));
      video.muted = true;
      video.addEventListener('canplay', () => video.play().catch(() => undefined));`,
    logIn: '',
    waits: true,
  };
}

interface Shared {
  readonly http: number;
  readonly p2p: number;
}
/** Two viewers watch for four lifetimes of a token. @returns the bytes of each, by where they come from */
async function share(
  context: TestContext,
  { change, until }: { change?: (code: string) => string; until?: (bytes: Shared) => boolean },
): Promise<Shared[]> {
  const stage = await stageFor(context, { signer: { ttl: TTL } });
  const player = sharing(stage, await startTracker(stage), 'continuous/live/master.m3u8', change);
  const viewers = [await watch(stage, player), await watch(stage, player)];
  for (const viewer of viewers) await viewer.moves(4 * TTL);
  for (const viewer of viewers) expect(await viewer.look()).toMatchObject(unnoticed);
  expect(await stage.refusals()).toEqual([]);
  const look = (): Promise<Shared[]> => Promise.all(viewers.map((viewer) => viewer.run<Shared>('return bytes')));
  return until ? lookUntil(look, (bytes) => bytes.some(until), 60) : look();
}

describe.concurrent('p2p-media-loader', { tags: ['p2p-media-loader', 'bittorrent-tracker'] }, () => {
  test('as docs/players.md has it: viewers share segments past the end of their tokens', async (context) => {
    const bytes = await share(context, { until: ({ p2p }) => p2p > 0 });
    expect(Math.max(...bytes.map(({ http }) => http))).toBeGreaterThan(0);
  });

  test('with its loaders set before secureToken: all viewers play, and share nothing', async (context) => {
    const setting = 'Object.assign(hls.config, engine.getConfigForHlsJs());\n';
    const change = (code: string): string =>
      code.replace(setting, '').replace('secureToken(hls, source);', `${setting}$&`);
    const bytes = await share(context, { change });
    expect(bytes).toEqual([
      { http: 0, p2p: 0 },
      { http: 0, p2p: 0 },
    ]);
  });
});

test('SPF of Video.js 10 plays with tokens in cookies, past their end', async (context) => {
  const stage = await stageFor(context, { signer: { ttl: TTL } });
  const spf = newest.find(({ name }) => name.startsWith('SPF'))!;
  const viewer = await watch(stage, spf, { carrier: 'cookie', path: spf.live });
  await outlives(stage);
  const seen = await viewer.moves(1);
  expect(seen).toMatchObject(unnoticed);
  expect(new Set(told(seen))).toEqual(new Set(['tokenrenewed initial', 'tokenrenewed expiring']));
  expect(await stage.refusals()).toEqual([]);
});

test('rx-player plays behind the worker, past the end of its tokens', { tags: ['rx-player'] }, async (context) => {
  const stage = await stageFor(context, { signer: { ttl: TTL } });
  const player: Player = {
    name: 'rx-player',
    scripts: ['packages/worker/dist/secure-token-worker.min.js'],
    films: ['dashlive/index.mpd'],
    live: 'dashlive/index.mpd',
    bundle: () => bundled(`import RxPlayer from 'rx-player'; Object.assign(window, { RxPlayer });`),
    play: `window.worker = follow(await SecureTokenWorker.registerTokenWorker('/token-worker-all.js',
        { ...args.tokens, protect: args.cdn + '/', requests: 'all' }));
      await until(() => worker.controls);
      window.player = new RxPlayer({ videoElement: video, wantedBufferAhead: 4 });
      player.addEventListener('error', (error) => seen.failures.push(error.code));
      player.loadVideo({ url: args.src, transport: 'dash', autoPlay: true });`,
    logIn: '',
    end: 'player.dispose();',
    waits: false,
  };
  const viewer = await watch(stage, player);
  await viewer.until(({ currentTime }) => currentTime > 0);
  await outlives(stage);
  const seen = await viewer.moves(1);
  expect(seen).toMatchObject(unnoticed);
  expect(await stage.refusals()).toEqual([]);
  await viewer.run('player.dispose();');
});

test('OvenPlayer plays with hlsConfig, past the end of its tokens', { tags: ['ovenplayer'] }, async (context) => {
  const stage = await stageFor(context, { signer: { ttl: TTL } });
  const player: Player = {
    name: 'OvenPlayer',
    scripts: [
      'node_modules/hls.js/dist/hls.min.js',
      'packages/hlsjs/dist/secure-token-hlsjs.min.js',
      'test/extra/node_modules/ovenplayer/dist/ovenplayer.js',
    ],
    films: ['vod/fmp4/master.m3u8'],
    live: 'live/master.m3u8',
    play: `window.source = follow(SecureTokenHls.createTokenSource({ ...args.tokens, protect: args.cdn + '/' }));
      const box = Object.assign(document.createElement('div'), { id: 'oven' });
      document.body.replaceChildren(box);
      window.player = OvenPlayer.create('oven', {
        hlsConfig: SecureTokenHls.secureTokenConfig(source),
        sources: [{ type: 'hls', file: args.src }],
        autoStart: true,
        mute: true,
      });
      player.on('error', (error) => seen.failures.push(String(error.code)));
      await until(() => document.querySelector('video'));
      window.video = document.querySelector('video');`,
    logIn: '',
    end: 'player.remove();',
    waits: true,
  };
  const viewer = await watch(stage, player, { path: player.live });
  await viewer.until(({ currentTime }) => currentTime > 0);
  await outlives(stage);
  const seen = await viewer.moves(1);
  expect(seen).toMatchObject(unnoticed);
  expect(await stage.refusals()).toEqual([]);
});
