import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { chownSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { freePort } from './free-port.ts';
import { nginxConfig } from './nginx-config.ts';
import { describedBy, hasProgram, pathOf } from './programs.ts';

export interface NginxOptions {
  secret: string;
  /** `setSecret` with this one takes effect from one request to the next, without a reload. */
  nextSecret?: string;
  /** Origin of the server behind it. */
  upstream: string;
  /** A file with an offset such as `+2h` that moves its clock (libfaketime); takes effect within about a second. */
  clockFile?: string;
  /** Whether refusals have CORS headers: without them a page sees status 0. @default true */
  corsOnRefusals?: boolean;
  /** Configuration in place of the one for the carriers of the tests, which tells `generation` under `/generation`. */
  configure?: (given: { port: number; secret: string; upstream: string; generation: number }) => string;
  /** Files beside the configuration, by name. */
  files?: Readonly<Record<string, string>>;
}

export interface NginxRequest {
  readonly status: number;
  readonly method: string;
  readonly uri: string;
}

export interface Nginx {
  readonly origin: string;
  /** The folder of its configuration. */
  readonly folder: string;
  /** Resolves when every new request is verified with `secret`. */
  setSecret(secret: string): Promise<void>;
  /** Resolves to all finished requests but preflights. Requests that the player gave up have the status 499. */
  log(): Promise<NginxRequest[]>;
  /** Returns the requests that nginx answered with 401, 403 or 410. */
  refusals(): Promise<NginxRequest[]>;
  stop(): Promise<void>;
}

/** `libfaketime` moves the clock of an nginx. */
export const hasNginx: boolean = hasProgram('nginx');
export const hasMovableNginx: boolean = hasNginx && hasProgram('libfaketime');

/** Returns a version such as `1.26.3`, or `none` without an nginx. */
export const nginxVersion = (): string => {
  const nginx = pathOf('nginx');
  return (nginx && /nginx\/([\d.]+)/.exec(describedBy(nginx))?.[1]) ?? 'none';
};

/** The user of an nginx started by root, which must not run as root: libfaketime and its files. */
const NOBODY = 65534;
const isRoot = process.getuid?.() === 0;

/** A real nginx that verifies with `secure_link` what it passes on to `upstream`, on a port of its own. */
export async function startNginx(options: NginxOptions): Promise<Nginx> {
  const folder = mkdtempSync(join(tmpdir(), 'nginx-'));
  mkdirSync(join(folder, 'tmp'));
  const port = await freePort();
  const origin = `http://127.0.0.1:${port}`;
  const rotated = join(folder, 'rotated');
  let generation = 0;
  const configure = (secret: string): string =>
    options.configure?.({ ...options, port, secret, generation: ++generation }) ??
    nginxConfig({
      ...options,
      rotated,
      corsOnRefusals: options.corsOnRefusals ?? true,
      port,
      secret,
      generation: ++generation,
      keepEnvironment: !!options.clockFile,
    });
  const files = { ...options.files, 'nginx.conf': configure(options.secret) };
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  if (isRoot) for (const name of ['', 'tmp', ...Object.keys(files)]) chownSync(join(folder, name), NOBODY, NOBODY);

  const child = spawn(pathOf('nginx')!, ['-p', folder, '-c', 'nginx.conf', '-e', 'stderr', '-g', 'daemon off;'], {
    stdio: ['ignore', 'ignore', 'pipe'],
    ...(isRoot && { uid: NOBODY, gid: NOBODY }),
    env: {
      ...process.env,
      ...(options.clockFile && {
        LD_PRELOAD: pathOf('libfaketime'),
        FAKETIME_TIMESTAMP_FILE: options.clockFile,
        FAKETIME_NO_CACHE: '1',
      }),
    },
  });
  let complaints = '';
  child.stderr.on('data', (chunk: Buffer) => {
    complaints += chunk.toString();
  });
  const serving = async (): Promise<void> => {
    // for 100 ms after a reload the old worker accepts connections too
    let inARow = 0;
    for (let attempt = 0; attempt < 400; attempt++) {
      if (child.exitCode !== null) break;
      const seen = await fetch(`${origin}/generation`, { headers: { connection: 'close' } }).then(
        (response) => response.text(),
        () => '',
      );
      inARow = seen === String(generation) ? inARow + 1 : 0;
      if (inARow > (generation > 1 ? 16 : 0)) return;
      await delay(25);
    }
    throw new Error(`nginx does not serve: ${complaints}`);
  };
  await serving();

  const log = async (): Promise<NginxRequest[]> => {
    const text = await readFile(join(folder, 'access.log'), 'utf8');
    return text.split('\n').flatMap((line) => {
      const [, status, method = '', uri = ''] = /^(\d+) (\w+) (.*)$/.exec(line) ?? [];
      return status && method !== 'OPTIONS' && uri !== '/generation' ? [{ status: Number(status), method, uri }] : [];
    });
  };

  return {
    origin,
    folder,
    async setSecret(secret) {
      if (secret === options.nextSecret) {
        writeFileSync(rotated, '');
        return;
      }
      const next = join(folder, 'nginx.conf.new');
      await writeFile(next, configure(secret));
      await rename(next, join(folder, 'nginx.conf'));
      child.kill('SIGHUP');
      await serving();
    },
    log,
    refusals: async () => (await log()).filter(({ status }) => [401, 403, 410].includes(status)),
    async stop() {
      await exited(child);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function exited(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  await gone;
}
