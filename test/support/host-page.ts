import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { Plugin } from 'esbuild';
import { build } from 'esbuild';
import type { Page } from 'playwright-core';
import { lookEvery } from './viewer.ts';
import { needsInstall } from './prepare.mjs';
import type { Stage } from './stage.ts';

const root = new URL('../..', import.meta.url).pathname;
const folder = join(root, 'examples/hosts');
/** Development builds of ours, as a bundler's development server takes them: they say what is wrong. */
const ownPackages = Object.fromEntries(
  ['core', 'core/adapter', 'core/playlists', 'hlsjs', 'worker'].map((name) => {
    const [folder, file = 'index'] = name.split('/');
    return [`secure-token-${name}`, join(root, `packages/${folder}/dist/${file}.development.js`)];
  }),
);
const cache = join(root, 'node_modules/.cache/hosts');

/** Installs the players, if their lock file asks for it: they are none of the packages that are needed otherwise. */
export async function installHosts(): Promise<void> {
  rmSync(cache, { recursive: true, force: true });
  mkdirSync(cache, { recursive: true });
  if (!needsInstall(folder)) return;
  const args = ['ci', '--ignore-scripts', '--no-audit', '--no-fund'];
  await promisify(execFile)('npm', args, { cwd: folder, shell: process.platform === 'win32' });
}

/** The origin, the film and the endpoint that the pages name, as an app does. */
const CDN = 'https://cdn.example.com/';
const FILM = `${CDN}vod/7/master.m3u8`;
const ENDPOINT = "'/token'";

/**
 * The film of a page: ten minutes on one timeline. After a seek in a film with discontinuities and separate audio,
 * hls.js 1.7.4 alone now and then loads the same segments again and again: 6 of 68 sessions, 0 of 60 without
 * discontinuities. The engine of xgplayer plays transport streams, that of Video.js 10 no subtitles.
 */
const filmOf = (name: string): string => {
  if (name === 'xgplayer-fetch') return 'film/ts/master.m3u8';
  return `${name.startsWith('video-js-10-spf') ? 'continuous/film' : 'one-timeline'}/master.m3u8`;
};

/** Lets the page `name` play the film of `stage`; `change` may change its script further. */
const replaceUrls = (stage: Stage, name: string, change: (script: string) => string): Plugin => ({
  name: 'urls-of-the-stage',
  setup({ onLoad }) {
    onLoad({ filter: /examples.hosts.[\w-]+\.tsx?$/ }, ({ path }) => {
      const contents = change(readFileSync(path, 'utf8'))
        .replaceAll(FILM, stage.url('exact', filmOf(name)))
        .replaceAll(CDN, `${stage.cdn}/`)
        .replaceAll(ENDPOINT, `'${stage.signer.endpoint('exact')}'`);
      return { contents, loader: path.endsWith('x') ? 'tsx' : 'ts' };
    });
  },
});

/** Bundles a page for the film of `stage`. @returns its path at the page server */
async function bundle(stage: Stage, name: string, change: (script: string) => string): Promise<string> {
  const html = readFileSync(join(folder, `${name}.html`), 'utf8');
  const [, script] = /<script type="module" src="([^"]+)/.exec(html)!;
  const outdir = mkdtempSync(join(cache, `${name}-`));
  await build({
    entryPoints: [join(folder, script!)],
    bundle: true,
    // what players load when they need it stays apart, as in an app
    splitting: true,
    format: 'esm',
    target: 'es2022',
    jsx: 'automatic',
    outdir,
    entryNames: 'page',
    // ours as they are shipped, where the type check goes to their sources
    tsconfigRaw: {},
    // React runs effects twice in StrictMode only in development
    define: { 'process.env.NODE_ENV': '"development"' },
    alias: ownPackages,
    plugins: [replaceUrls(stage, name, change)],
  });
  writeFileSync(join(outdir, 'index.html'), html.replace(script!, 'page.js'));
  return `${relative(root, outdir)}/index.html`;
}

export interface HostPage {
  readonly page: Page;
  /** Warnings that the page wrote with `console.warn`. */
  readonly warnings: readonly string[];
  /** Exceptions that nobody caught. */
  readonly pageErrors: readonly string[];
  /** Starts to play; resolves at the first picture. */
  play(): Promise<void>;
  /** Resolves when the picture has moved on by so many seconds. */
  moves(seconds: number): Promise<void>;
  /** Resolves when there is a picture of that time. */
  seek(time: number): Promise<void>;
}

/**
 * Opens a page of examples/hosts as its readers have it, but for the film, which is that of `stage`.
 * @param change changes its scripts, to see what becomes of another way to write them
 */
export async function openHost(
  stage: Stage,
  name: string,
  change: (script: string) => string = (script) => script,
): Promise<HostPage> {
  const path = await bundle(stage, name, change);
  const page = await stage.browser.newPage();
  const warnings: string[] = [];
  const pageErrors: string[] = [];
  page.on('console', (message) => message.type() === 'warning' && warnings.push(message.text()));
  page.on('pageerror', (error) => pageErrors.push(String(error)));
  // players fetch icons from servers of theirs
  const cors = { 'access-control-allow-origin': stage.pages.origin, 'access-control-allow-credentials': 'true' };
  await page.route(/^https:/, (route) => route.fulfill({ body: '', headers: cors }));
  await page.addInitScript(installVideoSearch);
  await page.goto(`${stage.pages.origin}/${path}`);

  const until = async (isThere: (time: number) => boolean, time: number): Promise<void> => {
    const deadline = Date.now() + 60_000;
    while (!(await page.evaluate(isThere, time))) {
      if (Date.now() > deadline) {
        const seen = JSON.stringify(await page.evaluate(describeVideo));
        throw new Error(`${name}, ${time} s, not in a minute: ${isThere.toString()}\n${seen}`);
      }
      await delay(lookEvery);
    }
  };
  const moves = async (seconds: number): Promise<void> => {
    const from = await page.evaluate(() => window.findVideo()!.currentTime);
    await until((goal) => window.findVideo()!.currentTime > goal, from + seconds);
  };
  return {
    page,
    warnings,
    pageErrors,
    play: () =>
      until((start) => {
        const video = window.findVideo();
        // interrupted while the player sets its sources
        video?.play().catch(() => undefined);
        return !!video && video.currentTime > start;
      }, 0),
    moves,
    async seek(time) {
      await page.evaluate((to) => {
        window.findVideo()!.currentTime = to;
      }, time);
      await until((to) => {
        const { seeking, readyState, currentTime } = window.findVideo()!;
        return !seeking && readyState > 2 && currentTime >= to;
      }, time);
    },
  };
}

declare global {
  interface Window {
    findVideo(): HTMLVideoElement | undefined;
  }
}

/** Runs inside the page: what a player that stands still has, and what it has asked for last. */
function describeVideo(): object {
  const { currentTime, seeking, paused, readyState, error, buffered } = window.findVideo()!;
  const ranges = Array.from({ length: buffered.length }, (_, i) => [buffered.start(i), buffered.end(i)]);
  const requests = performance.getEntriesByType('resource').slice(-8) as PerformanceResourceTiming[];
  const asked = requests.map(({ name, startTime, responseStatus }) => [
    name.replace(/[?].*/, ''),
    Math.round(startTime),
    responseStatus,
  ]);
  return { currentTime, seeking, paused, readyState, error: error?.message, ranges, asked, now: performance.now() };
}

/** Runs inside the page: players keep their element in shadow roots. */
function installVideoSearch(): void {
  const within = (place: ParentNode): HTMLVideoElement | undefined => {
    const video = place.querySelector('video');
    if (video) return video;
    for (const { shadowRoot } of place.querySelectorAll('*')) {
      const found = shadowRoot && within(shadowRoot);
      if (found) return found;
    }
    return undefined;
  };
  window.findVideo = () => within(document);
}
