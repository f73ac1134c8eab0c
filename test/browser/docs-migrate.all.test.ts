import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { Lab } from '../support/hls-lab.ts';
import { Labs } from '../support/hls-labs.ts';
import { alias, define, root } from '../support/sources.ts';

let labs: Labs;
beforeAll(async () => void (labs = await Labs.start()));
afterAll(() => labs.stop());

const page = readFileSync('docs/migrate.md', 'utf8');
const codeIn = (text: string): string[] => [...text.matchAll(/^```js\n([\s\S]*?)^```/gm)].map(([, code]) => code!);
const blocks = codeIn(page);
/** The old code of hls.js. */
const before = blocks.find((code) => code.includes('xhr.open'))!;
const fileOf = (name: string): string => blocks.find((code) => code.startsWith(`// ${name}\n`))!;

/** Code of the page in one script, for the film of a lab. It changes nothing but the address of the film. */
async function bundle(lab: Lab, main: string, film: string): Promise<string> {
  const folder = `${root}node_modules/.cache/docs-migrate/${Math.random().toString(36).slice(2)}`;
  const move = (code: string): string =>
    code
      .replaceAll(/https:\/\/cdn\.example\.com\/vod\/7\/[\w.]+/g, `${lab.origin}${film}`)
      .replaceAll(/https:\/\/cdn\.example\.com\/vod\/(?:7\/)?/g, `${lab.origin}/v/`);
  mkdirSync(folder, { recursive: true });
  for (const [name, code] of [
    ['api.mjs', fileOf('api.mjs')],
    ['tokens.mjs', fileOf('tokens.mjs')],
    ['main.mjs', main],
  ] as const)
    writeFileSync(`${folder}/${name}`, move(code));
  const { outputFiles } = await build({
    entryPoints: [`${folder}/main.mjs`],
    bundle: true,
    write: false,
    format: 'esm',
    target: 'es2022',
    alias: { ...alias, 'videojs-secure-token': `${root}packages/videojs/src/index.ts` },
    define: { ...define, PACKAGE_VERSION: '"test"' },
    logLevel: 'silent',
  });
  rmSync(folder, { recursive: true });
  return outputFiles[0]!.text;
}

/** A lab whose API answers with a token of the folder that lives for `ttl` seconds. */
async function openLab(): Promise<Lab> {
  const lab = await labs.open('1.7');
  lab.format = 'prefix';
  lab.ttl = 600;
  lab.routes['/api/token'] = () => JSON.stringify(lab.token(`${lab.origin}/v/`).query);
  return lab;
}

async function play(lab: Lab, main: string, film: string): Promise<void> {
  const content = await bundle(lab, main, film);
  await lab.page.evaluate(() => {
    const [video] = document.querySelectorAll('video');
    video!.id = 'player';
    video!.autoplay = true;
  });
  await lab.page.addScriptTag({ content, type: 'module' });
  await lab.page.waitForFunction(() => {
    const video = document.querySelector('video')!;
    if (video.readyState > 0 && video.paused) void video.play().catch(() => undefined);
    return video.currentTime > 1;
  });
}

const appOf = (lab: Lab): unknown[] => [...new Set(lab.guarded.map(({ headers }) => headers['x-app']))];
const hls = '/v/ts/master.m3u8';
const dash = '/v/dash/template.mpd';

describe.concurrent('docs/migrate.md', () => {
  test('hls.js: the old code plays', async () => {
    await using lab = await openLab();
    await play(lab, before, hls);
    expect([lab.refused, appOf(lab)]).toEqual([[], ['web']]);
  });

  test.each([
    ['hlsjs-xhr-setup.mjs', hls],
    ['videojs-on-request.mjs', hls],
    ['shaka-filters.mjs', hls],
    ['dashjs-interceptors.mjs', dash],
  ])('%s plays, and a refusal is replayed; what was kept of the old code still works', async (after, film) => {
    await using lab = await openLab();
    lab.refusals.push({ path: /s00\d|\.m4s|\.mp4/, status: 403, times: 1 });
    await play(lab, fileOf(after), film);
    expect([lab.refused.length, appOf(lab)]).toEqual([1, ['web']]);
    for (const { url } of lab.guarded) expect(url.match(/[?&]st=/g)).toHaveLength(1);
  });

  test('README.md: the lines for who does not need a plugin play', async () => {
    await using lab = await openLab();
    const lines = codeIn(readFileSync('README.md', 'utf8')).find((code) => code.includes('xhrSetup'))!;
    await play(lab, lines, hls);
    expect(lab.refused).toEqual([]);
  });

  test('hls.js: the old code left beside the new one signs twice, and is refused', async () => {
    await using lab = await openLab();
    const both = before
      .replace("from 'hls.js';", "from 'hls.js';\nimport { secureToken } from 'secure-token-hlsjs';")
      .replace("from './api.mjs';", "from './api.mjs';\nimport { getTokens } from './tokens.mjs';")
      .replace('hls.attachMedia', 'secureToken(hls, { getTokens });\nhls.attachMedia');
    await lab.page.addScriptTag({ content: await bundle(lab, both, hls), type: 'module' });
    await vi.waitFor(() => expect(lab.refused.length).toBeGreaterThan(1), { timeout: 20_000 });
    expect(lab.guarded[0]!.url.match(/[?&]st=/g)).toHaveLength(2);
  });

  test('a service worker of the app signs an MP4', async () => {
    await using lab = await openLab();
    const script = await bundle(lab, fileOf('sw.mjs'), hls);
    lab.routes['/sw.js'] = () => script;
    await lab.page.evaluate(async () => {
      await navigator.serviceWorker.register('/sw.js', { type: 'module' });
      await navigator.serviceWorker.ready;
    });
    await lab.page.reload();
    await lab.page.evaluate((film) => {
      const video = document.querySelector('video')!;
      video.src = film;
      return video.play();
    }, '/v/v.mp4');
    await lab.page.waitForFunction(() => document.querySelector('video')!.currentTime > 0.5);
    expect(lab.refused).toEqual([]);
  });
});
