import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type { Tab } from './engines.ts';

const DRIVER = '/usr/bin/WebKitWebDriver';
const BROWSER = ['/usr/lib/x86_64-linux-gnu/webkit2gtk-4.1/MiniBrowser', '/usr/lib/aarch64-linux-gnu/webkit2gtk-4.1/MiniBrowser'].find(existsSync);

/** Whether WebKitGTK can be driven here, on a screen of its own. */
export const hasWebKit: boolean = existsSync(DRIVER) && !!BROWSER && existsSync('/usr/bin/xvfb-run');

/** WebKitGTK through WebDriver: a stand-in for Safari, with GStreamer below. */
export async function openWebKit(): Promise<{ tab: Tab; close(): Promise<void> }> {
  const port = await freePort();
  // a group of its own: xvfb-run leaves its children behind
  const driver = spawn('xvfb-run', ['-a', DRIVER, `--port=${port}`, '--host=127.0.0.1'], {
    stdio: 'ignore',
    detached: true,
    env: { ...process.env, WEBKIT_GST_ENABLE_HLS_SUPPORT: '1', GST_DEBUG: '0' },
  });
  const ask = async <T>(method: string, path: string, body?: unknown): Promise<T> => {
    const response = await fetch(`http://127.0.0.1:${port}${path}`, { method, headers: { 'content-type': 'application/json' }, ...(body !== undefined && { body: JSON.stringify(body) }) });
    const { value } = (await response.json()) as { value: (T & { error?: string; message?: string }) | null };
    if (value?.error) throw new Error(`${value.error}: ${value.message ?? ''}`);
    return value as T;
  };
  const stop = async (): Promise<void> => {
    const gone = new Promise((resolve) => driver.once('exit', resolve));
    process.kill(-driver.pid!, 'SIGTERM');
    await gone;
  };
  for (let attempt = 0; attempt < 100; attempt++) {
    if (await ask('GET', '/status').then(() => true, () => false)) break;
    await delay(100);
  }
  const options = { binary: BROWSER, args: ['--automation', '--autoplay-policy=allow'] };
  const { sessionId } = await ask<{ sessionId: string }>('POST', '/session', { capabilities: { alwaysMatch: { 'webkitgtk:browserOptions': options } } }).catch(async (error: unknown) => {
    await stop();
    throw error;
  });
  const session = `/session/${sessionId}`;
  await ask('POST', `${session}/timeouts`, { script: 300_000, pageLoad: 60_000 });
  return {
    tab: {
      async run<T>(body: string, args?: unknown) {
        const script = `const done = arguments[1]; (async (args) => { ${body} })(arguments[0]).then((value) => done({ value }), (error) => done({ error: String(error && error.stack ? error + error.stack : error) }));`;
        const { value, error } = await ask<{ value: T; error?: string }>('POST', `${session}/execute/async`, { script, args: [args ?? null] });
        if (error) throw new Error(error);
        return value;
      },
      goto: (url) => ask('POST', `${session}/url`, { url }),
    },
    async close() {
      await ask('DELETE', session).catch(() => undefined);
      await stop();
    },
  };
}

const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const server = createServer();
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
