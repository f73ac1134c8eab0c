import { build } from 'esbuild';
import type { Page } from 'playwright-core';
import { tokensFor } from '../../../packages/server/src/index.ts';
import { spfEngine } from '../../../examples/backend/spf-engine.mjs';
import type { Stage } from '../../support/stage.ts';
import { tokenFormat } from '../../support/token-formats.ts';
import { installBenchRecord } from './bench-record.ts';
import type { Contender, PlayerName, Start } from './contender.ts';
import { installRecording } from './stalls.ts';
import { startDashjs } from './start-dashjs.ts';
import { startHlsjs } from './start-hlsjs.ts';
import { startShaka } from './start-shaka.ts';
import { startSpf } from './start-spf.ts';
import { startVideo } from './start-video.ts';
import { startVideojs } from './start-videojs.ts';

interface PlayerScripts {
  readonly player: readonly string[];
  readonly plugin: string;
  /** Runs in the page. */
  readonly start: (given: Start) => void | Promise<void>;
}

const scripts: Record<PlayerName, PlayerScripts> = {
  'hls.js': { player: ['hls.js/dist/hls.min.js'], plugin: 'hlsjs/dist/secure-token-hlsjs.min.js', start: startHlsjs },
  'Video.js': {
    player: ['video.js/dist/video.min.js'],
    plugin: 'videojs/dist/videojs-secure-token.min.js',
    start: startVideojs,
  },
  'Shaka Player': {
    player: ['shaka-player/dist/shaka-player.compiled.js'],
    plugin: 'shaka/dist/secure-token-shaka.min.js',
    start: startShaka,
  },
  'dash.js': {
    player: ['dashjs/dist/modern/umd/dash.all.min.js'],
    plugin: 'dashjs/dist/secure-token-dashjs.min.js',
    start: startDashjs,
  },
  SPF: { player: [], plugin: 'fetch/dist/secure-token-fetch.min.js', start: startSpf },
  MP4: { player: [], plugin: 'progressive/dist/secure-token-progressive.min.js', start: startVideo },
};

export interface BenchPage {
  readonly page: Page;
  /** Calls for tokens, and requests to the CDN, as the browser has sent them. */
  readonly sent: { calls: number; requests: number };
  /** Gives the player its source; resolves when the page has done so. */
  start(): Promise<void>;
  close(): Promise<void>;
}

/** Settings of a player for media as small as these: hls.js would load all ten minutes, which are less than 60 MB. */
const asIfLarger: Partial<Record<PlayerName, object>> = { 'hls.js': { maxMaxBufferLength: 30 } };

export interface BenchPageOptions {
  /** Path of the media, below the carrier. */
  readonly path: string;
  readonly config?: object;
  /** Whether stalls are recorded, which costs the page some of its time. @default false */
  readonly recorded?: boolean;
}

async function recipeScript(entry: string): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [entry],
    bundle: true,
    write: false,
    format: 'iife',
    globalName: 'Recipe',
  });
  return outputFiles[0]!.text;
}

/** A page of its own context with the scripts of a contender, ready to start. */
export async function openBenchPage(
  stage: Stage,
  contender: Contender,
  { path, config = {}, recorded = false }: BenchPageOptions,
): Promise<BenchPage> {
  const { player, way, carrier, adds } = contender;
  const context = await stage.browser.newContext();
  const page = await context.newPage();
  const sent = { calls: 0, requests: 0 };
  const signerOrigin = new URL(stage.signer.endpoint(carrier)).origin;
  page.on('request', (request) => {
    const { origin } = new URL(request.url());
    if (origin === signerOrigin && request.method() === 'POST') sent.calls++;
    if (origin === stage.cdn) sent.requests++;
  });
  if (recorded) await page.addInitScript(installRecording);
  await page.addInitScript(installBenchRecord);
  const plain = `${stage.pages.origin}/test/bench/players/page.html`;
  await page.goto(contender.worker ? stage.pages.url() : plain);
  for (const url of scripts[player].player) await page.addScriptTag({ url: `/node_modules/${url}` });
  if (player === 'SPF') await page.addScriptTag({ content: await spfEngine('iife') });
  if (way === 'ours') await page.addScriptTag({ url: `/packages/${scripts[player].plugin}` });
  if (contender.worker) await page.addScriptTag({ url: '/packages/worker/dist/secure-token-worker.min.js' });
  if (way === 'recipe') await page.addScriptTag({ content: await recipeScript(adds!) });
  const src = stage.url(carrier, path);
  const tokens = contender.start === 'tokens in the page' && {
    tokens: await tokensFor([src], {
      format: tokenFormat(carrier, stage.edge.secrets),
      ttl: stage.signer.ttl,
      expand: { fetch },
    }),
  };
  const endpoint = stage.signer.endpoint(carrier);
  const given: Start = {
    src,
    endpoint,
    way,
    worker: !!contender.worker,
    tokens: tokens || {},
    config: { ...asIfLarger[player], ...config },
  };
  return {
    page,
    sent,
    async start() {
      await page.evaluate((isRecorded) => {
        window.bench.startedAt = performance.now();
        if (isRecorded) window.recording.watch(document.querySelector('video')!);
      }, recorded);
      await page.evaluate<unknown, Start>(scripts[player].start, given);
    },
    close: () => context.close(),
  };
}

/** Resolves when the first picture is there. @throws after a minute without one */
export async function firstFrame({ page }: BenchPage): Promise<void> {
  await page.waitForFunction(() => !Number.isNaN(window.bench.firstFrameAt), undefined, { timeout: 60_000 });
}
