import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { text } from 'node:stream/consumers';

const file = resolve('packages/cli/dist/cli.js');

interface CliOptions {
  /** SECURE_TOKEN_SECRET. @default none */
  secret?: string;
  input?: string;
  cwd?: string;
  /** Added to the environment. */
  env?: Record<string, string>;
  /** Closes the output after its first bytes. */
  leaveEarly?: boolean;
  /** `serve` without `--port`. @default false */
  usualPort?: boolean;
}

const start = (args: readonly string[], { secret, cwd, env: more }: CliOptions): ChildProcess => {
  const env = { ...process.env, ...more, ...(secret !== undefined && { SECURE_TOKEN_SECRET: secret }) };
  if (secret === undefined) delete env.SECURE_TOKEN_SECRET;
  return spawn(process.execPath, [file, ...args], { env, cwd });
};

/** Runs `secure-token` as it is built. */
export async function runCli(
  args: readonly string[],
  options: CliOptions = {},
): Promise<{ code: number; out: string; err: string }> {
  const child = start(args, options);
  child.stdin!.end(options.input ?? '');
  if (options.leaveEarly) child.stdout!.once('data', () => child.stdout!.destroy());
  const [out, err, [code]] = await Promise.all([
    options.leaveEarly ? '' : text(child.stdout!),
    text(child.stderr!),
    once(child, 'close'),
  ]);
  return { code: code as number, out, err };
}

/** `secure-token serve … --json --port 0`, until it has printed its first line. @throws what it said if it ends before */
export async function serveCli(dir: string, args: readonly string[] = [], options: CliOptions = {}) {
  const port = options.usualPort ? [] : ['--port', '0'];
  const child = start(['serve', dir, '--json', ...port, ...args], options);
  let complaints = '';
  child.stderr!.on('data', (data: Buffer) => (complaints += data.toString()));
  const ended = once(child, 'close').then(() => Promise.reject(new Error(`serve has ended, and said: ${complaints}`)));
  const [line] = (await Promise.race([once(child.stdout!, 'data'), ended])) as [Buffer];
  ended.catch(() => undefined);
  return {
    ...(JSON.parse(line.toString()) as { url: string; player: string; secret: string }),
    /** Returns what the command has written to its error output so far. */
    complaints: () => complaints,
    async stop() {
      child.kill();
      await once(child, 'close');
    },
  };
}
