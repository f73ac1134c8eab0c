import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

const libraries = existsSync('/usr/lib') ? ['/usr/lib', ...readdirSync('/usr/lib').map((name) => join('/usr/lib', name))] : [];
const browser = libraries.map((folder) => join(folder, 'webkit2gtk-4.1/MiniBrowser')).find((path) => existsSync(path));
const plugins = libraries.map((folder) => join(folder, 'gstreamer-1.0/libgsthls.so')).some((path) => existsSync(path));
const hasCommand = (name: string): boolean => spawnSync('which', [name]).status === 0;

/** Whether this machine has a WebKitGTK that plays HLS, and a display for it. */
export const hasWebKit: boolean = !!browser && plugins && hasCommand('WebKitWebDriver') && hasCommand('xvfb-run');

interface NativeVideo {
  readonly time: number;
  /** `MediaError.code`, or 0. */
  readonly error: number;
}

/** Milliseconds for one answer of the driver, which now and then gives none when it has just started. */
const patience = 20_000;

/** WebKitGTK, the nearest to Safari that there is outside of a Mac, on a page with one video. */
export async function openWebKit(url: string): ReturnType<typeof open> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await open(url);
    } catch (error) {
      if (attempt === 3) throw error;
    }
  }
}

async function open(url: string) {
  const port = await freePort();
  const driver = spawn('xvfb-run', ['-a', 'WebKitWebDriver', `--port=${port}`, '--host=127.0.0.1'], {
    stdio: 'ignore',
    // a group of its own: xvfb-run starts the display and the driver beside each other
    detached: true,
    env: { ...process.env, WEBKIT_GST_ENABLE_HLS_SUPPORT: '1' },
  });
  const ask = async <Value>(method: string, path: string, body?: unknown): Promise<Value> => {
    const response = await fetch(`http://127.0.0.1:${port}${path}`, {
      method,
      headers: { 'Content-Type': 'application/json' },
      signal: AbortSignal.timeout(patience),
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const { value } = (await response.json()) as { value: Value & { error?: string; message?: string } };
    if (!response.ok) throw new Error(`${value.error}: ${value.message}`);
    return value;
  };
  let session: string | undefined;
  const close = async (): Promise<void> => {
    if (session) await ask('DELETE', `/session/${session}`).catch(() => {});
    if (driver.exitCode !== null || driver.signalCode !== null) return;
    const gone = new Promise((resolve) => driver.once('exit', resolve));
    process.kill(-driver.pid!, 'SIGTERM');
    const kill = setTimeout(() => process.kill(-driver.pid!, 'SIGKILL'), 5000);
    await gone;
    clearTimeout(kill);
  };

  try {
    for (let attempt = 0; attempt < 200 && !(await ask('GET', '/status').catch(() => undefined)); attempt++) await delay(50);
    const options = { binary: browser, args: ['--automation', '--autoplay-policy=allow'] };
    const created = await ask<{ sessionId: string }>('POST', '/session', {
      capabilities: { alwaysMatch: { 'webkitgtk:browserOptions': options } },
    });
    session = created.sessionId;
    await ask('POST', `/session/${session}/url`, { url });
  } catch (error) {
    await close();
    throw error;
  }
  return {
    close,
    async until(done: (video: NativeVideo) => boolean, seconds: number): Promise<NativeVideo> {
      const script = 'const v = document.querySelector("video"); return { time: v.currentTime, error: v.error?.code ?? 0 }';
      const end = Date.now() + seconds * 1000;
      for (;;) {
        const seen = await ask<NativeVideo>('POST', `/session/${session}/execute/sync`, { script, args: [] });
        if (done(seen) || Date.now() > end) return seen;
        await delay(100);
      }
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
