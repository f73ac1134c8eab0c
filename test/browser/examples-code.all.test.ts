import { build } from 'esbuild';
import type { Page } from 'playwright-core';
import { describe } from 'vitest';
import { exampleTest as it } from '../support/examples-page.ts';
import { define } from '../support/sources.ts';

/** A page of the reader's own: the code, bundled with the packages it imports, and the element that it looks for. */
async function playCopied(page: Page, url: string, code: string): Promise<void> {
  const { outputFiles } = await build({
    stdin: { contents: code, resolveDir: import.meta.dirname },
    bundle: true,
    write: false,
    format: 'esm',
    // of the sources, as the build writes it
    define: { ...define, PACKAGE_VERSION: '"1.0.0"' },
    logLevel: 'error',
  });
  // a file of this server: Chromium lets no page that a test has made up ask addresses of this machine
  await page.goto(`${url}docs/README.md`);
  await page.evaluate(() => {
    document.body.innerHTML = '<video id="video" muted autoplay></video>';
  });
  await page.addScriptTag({ type: 'module', content: outputFiles[0]!.text });
  await page.waitForFunction(() => document.querySelector('video')!.currentTime > 1);
}

describe.concurrent('the code of the page', () => {
  it.for([
    'hlsjs.html',
    'live.html',
    'catalogue.html',
    'videojs.html',
    'shaka.html',
    'dashjs.html',
    'fetch.html',
    'mp4.html',
    'worker.html',
  ])('%s plays in an empty page, as it is copied', async (path, { examples, expect, open }) => {
    const { page, errors } = await open(path);
    // pages of one browser have one clipboard, and the tests beside this one copy, too
    await page.evaluate(() => {
      navigator.clipboard.writeText = async (text) => {
        document.body.dataset.copied = text;
      };
    });
    // the button says so for three seconds, which a busy machine may let pass before anybody looks
    const said = page.evaluate(
      (selector) =>
        new Promise<void>((resolve) => {
          const block = document.querySelector(selector)!;
          const look = (): void => {
            if (block.textContent.includes('Copied')) resolve();
          };
          new MutationObserver(look).observe(block, { childList: true, subtree: true });
        }),
      '#code',
    );
    await page.locator('#code button').click();
    await said;
    const copied = (await page.evaluate(() => document.body.dataset.copied))!;
    expect(copied, 'the code of this page').toContain(examples.edge);
    await playCopied(page, examples.url, copied);
    expect(errors).toEqual([]);
  });
});
