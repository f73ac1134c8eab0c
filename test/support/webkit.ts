import { spawn } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import type { Tab } from './engines.ts';
import { freePort } from './free-port.ts';
import { pathOf } from './programs.ts';

/** Milliseconds for one answer of the driver, which now and then gives none when it has just started. */
const patience = 20_000;

/** WebKitGTK, the nearest to Safari that there is outside of a Mac, with an empty profile. */
export async function openWebKit(): ReturnType<typeof open> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await open();
    } catch (error) {
      if (attempt === 3) throw error;
    }
  }
}

async function open(): Promise<{ tab: Tab; close(): Promise<void> }> {
  const port = await freePort();
  const driver = spawn('xvfb-run', ['-a', 'WebKitWebDriver', `--port=${port}`, '--host=127.0.0.1'], {
    stdio: ['ignore', 'pipe', 'pipe'],
    // a group of its own: xvfb-run starts the display and the driver beside each other
    detached: true,
    env: { ...process.env, WEBKIT_GST_ENABLE_HLS_SUPPORT: '1' },
  });
  let said = '';
  for (const stream of [driver.stdout, driver.stderr])
    stream.on('data', (text) => {
      said = `${said}${text}`.slice(-2000);
    });
  const ask = async <Value>(method: string, path: string, body?: unknown): Promise<Value> => {
    const response = await fetch(`http://127.0.0.1:${port}${path}`, {
      method,
      headers: { 'Content-Type': 'application/json' },
      signal: AbortSignal.timeout(patience),
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const { value } = (await response.json()) as { value: Value & { error?: string; message?: string } };
    if (!response.ok) throw new Error(`${value.error}: ${value.message} The browser said: ${said || 'nothing'}`);
    return value;
  };
  let session: string | undefined;
  const close = async (): Promise<void> => {
    if (session) await ask('DELETE', session).catch(() => {});
    if (driver.exitCode !== null || driver.signalCode !== null) return;
    const gone = new Promise((resolve) => driver.once('exit', resolve));
    process.kill(-driver.pid!, 'SIGTERM');
    const kill = setTimeout(() => process.kill(-driver.pid!, 'SIGKILL'), 5000);
    await gone;
    clearTimeout(kill);
  };

  try {
    for (let attempt = 0; attempt < 200 && !(await ask('GET', '/status').catch(() => undefined)); attempt++)
      await delay(50);
    const options = { binary: pathOf('webkit'), args: ['--automation', '--autoplay-policy=allow'] };
    const capabilities = { alwaysMatch: { 'webkitgtk:browserOptions': options } };
    const { sessionId } = await ask<{ sessionId: string }>('POST', '/session', { capabilities });
    session = `/session/${sessionId}`;
    await ask('POST', `${session}/timeouts`, { pageLoad: patience });
  } catch (error) {
    await close();
    throw error;
  }
  return {
    close,
    tab: {
      async run<Value>(body: string, args?: unknown) {
        const execute = <T>(script: string): Promise<T> =>
          ask('POST', `${session}/execute/sync`, { script, args: [args ?? null] });
        // looked for, not waited for: the driver is to answer at once, however long it takes
        await execute(`window.outcome = undefined;
          (async (args) => { ${body} })(arguments[0]).then(
            (value) => (window.outcome = { value }),
            (error) => (window.outcome = { error: String(error) }),
          );`);
        const look = (): Promise<{ value: Value; error?: string } | null> => execute('return window.outcome ?? null');
        let outcome = await look();
        while (!outcome) {
          await delay(100);
          outcome = await look();
        }
        const { value, error } = outcome;
        if (error) throw new Error(error);
        return value;
      },
      goto: (url) => ask('POST', `${session}/url`, { url }),
    },
  };
}
