import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createVodOrigin } from '../../examples/origin/vod-origin.mjs';
import { buildSite } from '../../examples/site/build-site.mjs';
import type { Tab } from './engines.ts';
import { listen } from './listen.ts';

export interface Site {
  /** Folder of its files. */
  readonly folder: string;
  /** Its first page; ends with `/`. */
  readonly url: string;
  stop(): Promise<void>;
}

/** A folder of the server: a site may be anywhere. */
const BASE = '/any/folder/';

/**
 * Notes what a page writes to the console as an error, in every browser. What a browser itself writes of an answer that
 * is no 200 is none: edge and endpoint refuse on purpose.
 */
const NOTES = `<script>
  window.red = [];
  const write = console.error;
  console.error = (...texts) => { red.push(texts.map(String).join(' ')); write(...texts); };
  addEventListener('error', ({ message }) => red.push(message));
  addEventListener('unhandledrejection', ({ reason }) => red.push(String(reason)));
</script>`;

/** Builds the site, and serves its files, and nothing but files. */
export async function startSite(): Promise<Site> {
  const folder = mkdtempSync(join(tmpdir(), 'site-'));
  await buildSite(folder);
  const files = createVodOrigin({ root: folder, base: BASE });
  const server = await listen(async (request) => {
    const url = new URL(request.url);
    if (url.pathname.endsWith('/')) url.pathname += 'index.html';
    const response = await files(new Request(url, request));
    if (!url.pathname.endsWith('.html') || response.status !== 200) return response;
    const html = await response.text();
    const { headers } = response;
    headers.delete('Content-Length');
    return new Response(
      html.replace('<head>', () => `<head>${NOTES}`),
      { headers },
    );
  });
  return {
    folder,
    url: server.origin + BASE,
    async stop() {
      await server.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** How the page is: its figures by their names, and those of the player by hand. */
export interface Figures {
  readonly player: string;
  readonly calls: number;
  readonly refused: string;
  readonly seen: number;
  readonly byHand: { readonly player: string; readonly seen: number };
}

/** A page of the site in a tab of any browser. */
export const visit = (tab: Tab) => ({
  /** Opens a page and waits for its picture. */
  async open(url: string): Promise<void> {
    await tab.goto(url);
    await tab.run(`
      const deadline = performance.now() + 90_000;
      while (!(document.querySelector('#player video')?.currentTime > 0)) {
        const alert = document.querySelector('main > [role="alert"]');
        if (alert) throw new Error(alert.textContent);
        if (performance.now() > deadline) throw new Error('No picture: ' + document.querySelector('.log')?.textContent);
        await new Promise((resolve) => setTimeout(resolve, 50));
      }`);
  },
  /** Presses the button, or chooses the option, with that text. */
  press: (text: string): Promise<void> =>
    tab.run(
      `const all = [...document.querySelectorAll('main button, main label')];
       const found = all.find(({ textContent }) => textContent.trim() === args);
       if (!found) throw new Error('There is no button "' + args + '".');
       found.click();`,
      text,
    ),
  /** Waits until the picture of the plugin's player has moved on by some seconds, without a jump. */
  playOn: (seconds: number): Promise<void> =>
    tab.run(
      `const video = document.querySelector('#player video');
       const deadline = performance.now() + 90_000;
       let played = 0;
       for (let before = video.currentTime; played < args; ) {
         await new Promise((resolve) => setTimeout(resolve, 100));
         const step = video.currentTime - before;
         before += step;
         if (step > 0 && step < 2) played += step;
         if (performance.now() < deadline) continue;
         const happened = [...document.querySelectorAll('.log li')].map(({ textContent }) => textContent);
         throw new Error('stands at ' + video.currentTime + ' s: ' + happened.join(' | '));
       }`,
      seconds,
    ),
  /** Waits until the text of an element fits. */
  until: (selector: string, pattern: RegExp): Promise<void> =>
    tab.run(
      `const [selector, pattern] = args;
       const deadline = performance.now() + 90_000;
       while (!new RegExp(pattern).test(document.querySelector(selector)?.textContent ?? '')) {
         await new Promise((resolve) => setTimeout(resolve, 50));
         if (performance.now() > deadline) throw new Error(selector + ' is ' + document.querySelector(selector)?.textContent);
       }`,
      [selector, pattern.source],
    ),
  figures: (): Promise<Figures> =>
    tab.run(`
      const figure = (kind, name) => document.querySelector('[data-' + kind + '="' + name + '"]')?.textContent ?? '';
      return {
        player: figure('tile', 'player'),
        calls: Number(figure('tile', 'calls')),
        refused: figure('tile', 'refused'),
        seen: Number(figure('tile', 'seen')),
        byHand: { player: figure('by-hand', 'player'), seen: Number(figure('by-hand', 'seen')) },
      };`),
  /** Errors on the console. */
  red: (): Promise<string[]> => tab.run('return window.red;'),
});
