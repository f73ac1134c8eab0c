import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { build } from 'esbuild';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Labs } from '../support/hls-labs.ts';
import { alias, define, root } from '../support/sources.ts';

let labs: Labs;
beforeAll(async () => void (labs = await Labs.start()));
afterAll(() => labs.stop());

/** The page of docs/mp4.md: it changes nothing but the addresses of film, subtitles and endpoint. */
test('the page of docs/mp4.md plays, shows subtitles and downloads, and no request is refused', async () => {
  await using lab = await labs.open('1.7');
  lab.ttl = 2;
  const [, code] = /^```js\n(\/\/ film\.mjs\n[\s\S]*?)^```/m.exec(readFileSync('docs/mp4.md', 'utf8'))!;
  const folder = `${root}node_modules/.cache/docs-mp4`;
  mkdirSync(folder, { recursive: true });
  const moved = code!
    .replaceAll('https://cdn.example.com/film.', `${lab.origin}/v/v.`)
    .replaceAll('https://cdn.example.com/', `${lab.origin}/v/`);
  writeFileSync(`${folder}/film.mjs`, moved);
  const { outputFiles } = await build({
    entryPoints: [`${folder}/film.mjs`],
    bundle: true,
    write: false,
    format: 'esm',
    target: 'es2022',
    alias,
    define,
  });
  const worker = readFileSync('packages/worker/dist/token-worker.js', 'utf8');
  lab.routes['/token-worker.js'] = () => worker;
  await lab.page.evaluate(() => document.body.append(document.createElement('button')));
  await lab.page.addScriptTag({ content: outputFiles[0]!.text, type: 'module' });
  await lab.page.waitForFunction(() => typeof document.querySelector('button')?.onclick === 'function');
  const cues = await lab.page.evaluate(async () => {
    const video = document.querySelector('video')!;
    await video.play();
    await window.lab.until(() => video.currentTime > 1 && video.textTracks[0]?.cues?.length);
    return video.textTracks[0]!.cues!.length;
  });
  expect(cues).toBeGreaterThan(0);
  // past the end of the first token
  await lab.page.evaluate(async () => {
    const video = document.querySelector('video')!;
    await window.lab.until(() => video.currentTime > 4);
    video.currentTime = 0;
  });
  const download = lab.page.waitForEvent('download');
  await lab.page.click('button');
  expect((await download).suggestedFilename()).toBe('film.mp4');
  expect(lab.refused).toEqual([]);
  expect(lab.guarded.filter(({ path }) => path === '/v/v.vtt')).toHaveLength(1);
  expect(new Set(lab.guarded.map(({ url }) => /st=(TOKEN\d+x)/.exec(url)?.[1])).size).toBeGreaterThan(1);
});
