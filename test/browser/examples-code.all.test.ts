import { build } from 'esbuild';
import type { Page } from 'playwright-core';
import { describe } from 'vitest';
import { exampleTest as it } from '../support/examples-page.ts';

/** A page of the reader's own: the code, bundled with the packages it imports, and the element that it looks for. */
async function playCopied(page: Page, url: string, code: string): Promise<void> {
  const { outputFiles } = await build({
    stdin: { contents: code, resolveDir: import.meta.dirname },
    bundle: true,
    write: false,
    format: 'esm',
    logLevel: 'error',
  });
  const body = `<!doctype html><video id="player" muted autoplay></video>
    <script type="module" src="/copied.js"></script>`;
  await page.route(`${url}copied.html`, (route) => route.fulfill({ contentType: 'text/html', body }));
  await page.route(`${url}copied.js`, (route) =>
    route.fulfill({ contentType: 'text/javascript', body: outputFiles[0]!.text }),
  );
  await page.goto(`${url}copied.html`);
  await page.waitForFunction(() => document.querySelector('video')!.currentTime > 1);
}

describe.concurrent('the code of the page', () => {
  it.for([
    ['hlsjs.html', '#code'],
    ['live.html', '#code'],
    ['catalogue.html', '#code'],
    ['videojs.html', '#code'],
    ['shaka.html', '#code'],
    ['dashjs.html', '#code'],
    ['fetch.html', '#code'],
    ['mp4.html', '#worker-code'],
    ['mp4.html', '#swap-code'],
  ] as const)('%s %s plays in an empty page, as it is copied', async ([path, root], { examples, expect, open }) => {
    const { page, errors } = await open(path);
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await page.locator(`${root} button`).click();
    await page.locator(root).getByText('Copied', { exact: true }).first().waitFor();
    const copied = await page.evaluate(() => navigator.clipboard.readText());
    await playCopied(page, examples.url, copied);
    expect(errors).toEqual([]);
  });
});
