import { readFileSync } from 'node:fs';
import { build } from 'esbuild';
import type { Page } from 'playwright-core';
import { describe, expect, test, vi } from 'vitest';
import { inPart, runsMain, runsRest } from '../support/parts.ts';
import { alias, define, root } from '../support/sources.ts';
import type { Stage } from '../support/stage.ts';
import { stageFor } from '../support/stage.ts';

const codeIn = (path: string): string[] =>
  [...readFileSync(path, 'utf8').matchAll(/^```js\n([\s\S]*?)^```/gm)].map(([, code]) => code!);
const migration = codeIn('docs/migrate.md');
const fileOf = (name: string): string => migration.find((code) => code.startsWith(`// ${name}\n`))!;
/** The old code of hls.js. */
const before = migration.find((code) => code.includes('xhr.open'))!;

/** One script of code of the documentation, which is changed in nothing but its addresses. */
async function bundle(stage: Stage, main: string, film: string): Promise<string> {
  const move = (code: string): string =>
    code
      .replaceAll(/https:\/\/cdn\.example\.com\/vod\/7\/[\w.]+/g, stage.url('query', film))
      .replaceAll(/https:\/\/cdn\.example\.com\/vod\/(?:7\/)?/g, stage.url('query', 'vod/'))
      .replaceAll('https://cdn.example.com/film.', stage.url('query', 'vod/v.'))
      .replaceAll('https://cdn.example.com/', `${stage.cdn}/`)
      .replaceAll("'/token'", `'${stage.signer.endpoint('query')}'`);
  const { outputFiles } = await build({
    stdin: { contents: move(main), resolveDir: import.meta.dirname },
    bundle: true,
    write: false,
    format: 'esm',
    target: 'es2022',
    alias: { ...alias, 'videojs-secure-token': `${root}packages/videojs/src/index.ts` },
    define: { ...define, PACKAGE_VERSION: '"test"' },
    logLevel: 'silent',
    plugins: [
      {
        name: 'files of the page',
        setup({ onResolve, onLoad }) {
          onResolve({ filter: /^\.\/\w+\.mjs$/ }, ({ path }) => ({ path: path.slice(2), namespace: 'page' }));
          onLoad({ filter: /./, namespace: 'page' }, ({ path }) => ({
            contents: move(fileOf(path)),
            resolveDir: import.meta.dirname,
          }));
        },
      },
    ],
  });
  return outputFiles[0]!.text;
}

/** A page with an API that answers with a token of a folder. */
async function openPage(stage: Stage, folder = 'vod/'): Promise<Page> {
  const page = await stage.browser.newPage();
  stage.pages.own['/api/token'] = async () => {
    const body = JSON.stringify({ urls: [stage.url('query', folder)], reason: 'initial' });
    const headers = { 'content-type': 'application/json', origin: stage.pages.origin };
    const answer = await fetch(stage.signer.endpoint('query'), { method: 'POST', headers, body });
    const { tokens } = (await answer.json()) as { tokens: [{ query: object }] };
    return Response.json(tokens[0].query);
  };
  await page.goto(stage.pages.url());
  await page.evaluate(() => {
    const video = document.querySelector('video')!;
    Object.assign(video, { id: 'player', autoplay: true });
    video.addEventListener('loadedmetadata', () => void video.play().catch(() => undefined));
    document.body.append(document.createElement('button'));
  });
  return page;
}

const plays = (page: Page): Promise<unknown> =>
  page.waitForFunction(() => document.querySelector('video')!.currentTime > 1);

describe.concurrent('docs/migrate.md', () => {
  test.for([
    ...inPart([['hlsjs-xhr-setup.mjs', 'vod/ts/master.m3u8']], []),
    ...inPart(
      [],
      [
        ['videojs-on-request.mjs', 'vod/ts/master.m3u8'],
        ['shaka-filters.mjs', 'vod/ts/master.m3u8'],
        ['dashjs-interceptors.mjs', 'vod/dash/template.mpd'],
      ],
    ),
  ] as [string, string][])(
    '%s plays, refusals are replayed, and what was kept of the old code still works',
    async ([name, film], context) => {
      const stage = await stageFor(context, { nginx: false, edge: { refuseEvery: 4 } });
      const page = await openPage(stage);
      await page.addScriptTag({ content: await bundle(stage, fileOf(name), film), type: 'module' });
      await plays(page);
      const { requests } = stage.edge;
      expect(requests.map(({ headers }) => headers.get('x-app'))).toEqual(requests.map(() => 'web'));
      for (const { url } of requests) expect(url.match(/[?&]st=/g)).toHaveLength(1);
    },
  );

  const both = before
    .replace("from 'hls.js';", "from 'hls.js';\nimport { secureToken } from 'secure-token-hlsjs';")
    .replace("from './api.mjs';", "from './api.mjs';\nimport { getTokens } from './tokens.mjs';")
    .replace('hls.attachMedia', 'secureToken(hls, { getTokens });\nhls.attachMedia');
  if (runsRest)
    test('the old code of hls.js plays; left beside the new one it signs twice, and is refused', async (context) => {
      const stage = await stageFor(context, { nginx: false });
      const page = await openPage(stage);
      await page.addScriptTag({ content: await bundle(stage, before, 'vod/ts/master.m3u8'), type: 'module' });
      await plays(page);
      expect(await stage.refusals()).toEqual([]);
      const other = await openPage(stage);
      const { length } = stage.edge.requests;
      await other.addScriptTag({ content: await bundle(stage, both, 'vod/ts/master.m3u8'), type: 'module' });
      await other.waitForFunction(() =>
        performance.getEntriesByType('resource').some(({ name }) => name.includes('st=')),
      );
      expect(stage.edge.requests[length]!.url.match(/[?&]st=/g)).toHaveLength(2);
    });

  if (runsRest)
    test('a service worker of the app signs an MP4', async (context) => {
      const stage = await stageFor(context);
      const page = await openPage(stage);
      const body = await bundle(stage, fileOf('sw.mjs'), 'vod/v.mp4');
      stage.pages.own['/sw.js'] = () => new Response(body, { headers: { 'content-type': 'text/javascript' } });
      await page.evaluate(async () => {
        await navigator.serviceWorker.register('/sw.js', { type: 'module' });
        await navigator.serviceWorker.ready;
      });
      await page.reload();
      await page.evaluate(
        (film) => Object.assign(document.querySelector('video')!, { src: film, autoplay: true }),
        stage.url('query', 'vod/v.mp4'),
      );
      await plays(page);
      expect(await stage.refusals()).toEqual([]);
    });
});

test.concurrent.for(
  inPart(
    [{ kind: 'a film', folder: 'vod/', path: 'vod/ts/master.m3u8', loads: 1 }],
    [{ kind: 'a live stream', folder: 'live/', path: 'live/lo/i.m3u8', loads: 4 }],
  ),
)('README.md: the lines for who does not need a plugin play $kind', async ({ folder, path, loads }, context) => {
  const stage = await stageFor(context);
  const page = await openPage(stage, folder);
  const lines = codeIn('README.md').find((code) => code.includes('xhrSetup'))!;
  await page.addScriptTag({ content: await bundle(stage, lines, path), type: 'module' });
  await plays(page);
  const loaded = (): number => stage.edge.requests.filter(({ url }) => url.includes(path)).length;
  await vi.waitFor(() => expect(loaded()).toBeGreaterThanOrEqual(loads), { timeout: 20_000 });
  expect(await stage.refusals()).toEqual([]);
});

if (runsMain)
  test.concurrent(
    'docs/mp4.md: its page plays past its first token, shows subtitles and downloads, and no request is refused',
    async (context) => {
      const stage = await stageFor(context, { signer: { ttl: 2 } });
      const page = await openPage(stage);
      const code = codeIn('docs/mp4.md').find((each) => each.startsWith('// film.mjs'))!;
      await page.addScriptTag({ content: await bundle(stage, code, ''), type: 'module' });
      await page.waitForFunction(() => typeof document.querySelector('button')?.onclick === 'function');
      await page.waitForFunction(() => {
        const { currentTime, textTracks } = document.querySelector('video')!;
        return currentTime > 4 && textTracks[0]?.cues?.length;
      });
      await page.evaluate(() => {
        document.querySelector('video')!.currentTime = 0;
      });
      const download = page.waitForEvent('download');
      await page.click('button');
      expect((await download).suggestedFilename()).toBe('film.mp4');
      expect(await stage.refusals()).toEqual([]);
      expect(stage.signer.calls.length).toBeGreaterThan(1);
    },
  );
