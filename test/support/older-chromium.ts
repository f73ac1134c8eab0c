import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import {
  chmodSync,
  createReadStream,
  createWriteStream,
  existsSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { createBrotliDecompress } from 'node:zlib';
import { build, transformSync } from 'esbuild';
import type { Tab } from './engines.ts';
import { pathOf } from './programs.ts';

type Version = 'chromium-86' | 'chromium-76';

const folder = fileURLToPath(new URL('../../node_modules/.cache/older-chromium/', import.meta.url));

/** Returns the path of a Chromium of that version, once it is unpacked. */
export const olderChromium = (version: Version): string => join(folder, version);

/** Unpacks a Chromium of a package that ships it compressed, before tests run: two that unpack break each other. */
export async function unpackOlderChromium(version: Version): Promise<void> {
  const compressed = pathOf(version);
  const file = olderChromium(version);
  if (!compressed || existsSync(file)) return;
  mkdirSync(folder, { recursive: true });
  await pipeline(createReadStream(compressed), createBrotliDecompress(), createWriteStream(`${file}.part`));
  chmodSync(`${file}.part`, 0o755);
  renameSync(`${file}.part`, file);
}

/** The oldest browser that knows `globalThis`, for which apps build. */
const BUILT_FOR = 'chrome71';

/** Lowers the syntax of a script, as the build of an app does for older browsers. */
export const lowered = (script: string): string => transformSync(script, { target: BUILT_FOR }).code;

/** Builds hls.js and its plugin for older browsers, as an app does. */
export async function builtHlsjs(): Promise<string> {
  const { outputFiles } = await build({
    stdin: {
      contents: `import Hls from 'hls.js';
        import * as SecureTokenHls from 'secure-token-hlsjs';
        Object.assign(window, { Hls, SecureTokenHls });`,
      resolveDir: import.meta.dirname,
    },
    bundle: true,
    write: false,
    format: 'iife',
    target: BUILT_FOR,
    // what Chromium 76 has and Chrome 71 has not
    banner: { js: 'delete Object.fromEntries; delete String.prototype.matchAll; delete Promise.allSettled;' },
    // of the packages what is shipped, where the type check goes to their sources
    tsconfigRaw: {},
  });
  return outputFiles.map(({ text }) => text).join('');
}

/** What is used here of the DevTools protocol, by `chrome-remote-interface`. */
interface DevTools {
  readonly Page: {
    enable(): Promise<void>;
    navigate(to: { url: string }): Promise<void>;
    loadEventFired(): Promise<void>;
  };
  readonly Runtime: {
    evaluate(what: { expression: string; awaitPromise: true; returnByValue: true }): Promise<{
      result: { value: unknown };
      exceptionDetails?: { text: string; exception?: { description?: string } };
    }>;
  };
  readonly Browser: { close(): Promise<void> };
  close(): Promise<void>;
}
type Connect = (to: { port: number; local: true }) => Promise<DevTools>;

/** Starts a browser. @returns the port at which it speaks the DevTools protocol */
const portOf = (browser: ChildProcess): Promise<number> =>
  new Promise((resolve, reject) => {
    let said = '';
    browser.stderr!.on('data', (text) => {
      said += String(text);
      const [, port] = /ws:\/\/[^:]+:(\d+)/.exec(said) ?? [];
      if (port) resolve(Number(port));
    });
    browser.once('exit', () => reject(new Error(`The browser has ended: ${said}`)));
  });

/** Opens a browser that Playwright does not know, with an empty profile. */
export async function openByDevTools(version: Version): Promise<{ tab: Tab; close(): Promise<void> }> {
  const profile = mkdtempSync(join(tmpdir(), `${version}-`));
  const args = ['--headless', '--no-sandbox', '--no-zygote', '--disable-gpu', '--remote-debugging-port=0'];
  const autoplay = '--autoplay-policy=no-user-gesture-required';
  const browser = spawn(olderChromium(version), [...args, autoplay, `--user-data-dir=${profile}`, 'about:blank']);
  const gone = new Promise((resolve) => browser.once('exit', resolve));
  const close = async (): Promise<void> => {
    browser.kill('SIGKILL');
    await gone;
    rmSync(profile, { recursive: true, force: true, maxRetries: 10 });
  };
  try {
    const connect = createRequire(new URL('../extra/', import.meta.url))('chrome-remote-interface') as Connect;
    // the protocol of today is enough: what is used of it is that of then
    const port = await portOf(browser);
    let devTools = await connect({ port, local: true }).catch(() => undefined);
    // it speaks before its page is there
    for (let attempt = 0; !devTools && attempt < 100; attempt++) {
      await delay(50);
      devTools = await connect({ port, local: true }).catch(() => undefined);
    }
    if (!devTools) throw new Error('The browser shows no page to the DevTools protocol.');
    const { Page, Runtime } = devTools;
    await Page.enable();
    return {
      close,
      tab: {
        async run<Value>(body: string, args: unknown = null) {
          const expression = lowered(`(async (args) => { ${body} })(${JSON.stringify(args)})`);
          const { result, exceptionDetails } = await Runtime.evaluate({
            expression,
            awaitPromise: true,
            returnByValue: true,
          });
          if (exceptionDetails)
            throw new Error(exceptionDetails.exception?.description?.split('\n    at ')[0] ?? exceptionDetails.text);
          return result.value as Value;
        },
        async goto(url) {
          const loaded = Page.loadEventFired();
          await Page.navigate({ url });
          await loaded;
        },
      },
    };
  } catch (error) {
    await close();
    throw error;
  }
}
