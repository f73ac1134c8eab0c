import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { freePort } from './free-port.ts';
import { pathOf } from './programs.ts';

/** The configuration that is shipped. */
export const haproxyFile: string = readFileSync('packages/server/haproxy/secure-token.cfg', 'utf8');

export interface HaproxyOptions {
  /** Origin of the server behind it. */
  readonly upstream: string;
  /** The lines of `secure-token.map`: the secrets by their names. */
  readonly secrets: Readonly<Record<string, string>>;
  /** Changes the shipped configuration. */
  readonly change?: (configuration: string) => string;
}

export interface Haproxy {
  readonly origin: string;
  /** Writes `secure-token.map`, and reloads HAProxy. */
  reload(secrets: HaproxyOptions['secrets']): Promise<void>;
  /** What it has logged. */
  log(): string;
  stop(): Promise<void>;
}

/** A real HAProxy with the configuration that is shipped, but for its port, its origin and the folder of its map. */
export async function startHaproxy({ upstream, secrets, change = (text) => text }: HaproxyOptions): Promise<Haproxy> {
  const folder = mkdtempSync(join(tmpdir(), 'haproxy-'));
  const [port, statusPort] = [await freePort(), await freePort()];
  let generation = 0;
  const write = (name: string, lines: Readonly<Record<string, unknown>>): void =>
    writeFileSync(
      join(folder, name),
      Object.entries(lines)
        .map(([key, value]) => `${key} ${String(value)}\n`)
        .join(''),
    );
  const writeMaps = (given: HaproxyOptions['secrets']): void => {
    write('secure-token.map', given);
    write('generation.map', { generation: ++generation });
  };
  writeMaps(secrets);
  writeFileSync(
    join(folder, 'haproxy.cfg'),
    `global
    log stdout format raw local0
defaults
    log global
frontend generation
    mode http
    no log
    timeout client 30s
    bind 127.0.0.1:${statusPort}
    http-request return status 200 content-type text/plain lf-string "%[str(generation),map(${folder}/generation.map)]"
`,
  );
  const configuration = haproxyFile
    .replace(':8080', `127.0.0.1:${port}`)
    .replaceAll('/etc/haproxy/', `${folder}/`)
    .replace(/^ {4}server origin .*$/m, `    server origin ${new URL(upstream).host}`);
  writeFileSync(join(folder, 'secure-token.cfg'), change(configuration));
  const files = ['haproxy.cfg', 'secure-token.cfg'].flatMap((name) => ['-f', join(folder, name)]);
  // a master with a worker, as a service has it, so that it can be reloaded
  const child = spawn(pathOf('haproxy')!, ['-W', '-db', ...files], { stdio: ['ignore', 'pipe', 'pipe'] });
  const output = { log: '', complaints: '' };
  child.stdout.on('data', (chunk: Buffer) => {
    output.log += chunk.toString();
  });
  child.stderr.on('data', (chunk: Buffer) => {
    output.complaints += chunk.toString();
  });
  const serving = async (): Promise<void> => {
    let inARow = 0;
    for (let attempt = 0; attempt < 400 && child.exitCode === null; attempt++) {
      const seen = await fetch(`http://127.0.0.1:${statusPort}`, { headers: { connection: 'close' } }).then(
        (response) => response.text(),
        () => '',
      );
      inARow = seen === String(generation) ? inARow + 1 : 0;
      // a worker that ends accepts connections for a while
      if (inARow > (generation > 1 ? 16 : 0)) return;
      await delay(25);
    }
    throw new Error(`HAProxy does not serve: ${output.complaints}`);
  };
  await serving();
  return {
    origin: `http://127.0.0.1:${port}`,
    async reload(given) {
      writeMaps(given);
      child.kill('SIGUSR2');
      await serving();
    },
    log: () => output.log,
    async stop() {
      const gone = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGTERM');
      await gone;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
