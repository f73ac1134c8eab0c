import { build } from 'esbuild';
import type { OwnProfiles } from './chromium.mjs';
import { openChromium } from './chromium.mjs';
import { installLabPage } from './hls-lab-page.ts';
import type { LabVersion } from './hls-lab.ts';
import { Lab } from './hls-lab.ts';

import { alias, define, root } from './sources.ts';

/** Opens labs in one browser: `await using lab = await labs.open('1.7')`. */
export class Labs {
  #browser!: OwnProfiles;
  #plugin!: string;

  static async start(): Promise<Labs> {
    const labs = new Labs();
    // from the sources, so that no stale build is tested
    const { outputFiles } = await build({
      entryPoints: [`${root}packages/hlsjs/src/index.ts`],
      bundle: true,
      write: false,
      format: 'iife',
      globalName: 'SecureTokenHls',
      target: 'es2022',
      alias,
      define,
    });
    labs.#plugin = outputFiles[0]!.text;
    labs.#browser = await openChromium();
    return labs;
  }

  /**
   * A page with this version of hls.js and the plugin.
   * @param options `clock`: the test moves the clock of the page; `init` runs in the page before any script of it
   */
  async open(version: LabVersion, { clock = false, init }: { clock?: boolean; init?: () => void } = {}): Promise<Lab> {
    const lab = new Lab(this.#plugin);
    lab.origin = await lab.listen('here');
    lab.elsewhere = await lab.listen('elsewhere');
    const page = await this.#browser.newPage();
    page.on('pageerror', (error) => console.error(error));
    if (clock) await page.clock.install();
    await page.addInitScript(installLabPage);
    if (init) await page.addInitScript(init);
    await page.goto(`${lab.origin}/?${version}`);
    await page.waitForFunction(() => window.Hls as unknown);
    lab.page = page;
    return lab;
  }

  stop(): Promise<void> {
    return this.#browser.close();
  }
}
