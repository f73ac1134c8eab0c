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
  /** Closes the output after its first bytes. */
  leaveEarly?: boolean;
}

const start = (args: readonly string[], { secret }: CliOptions): ChildProcess => {
  const env = { ...process.env, ...(secret !== undefined && { SECURE_TOKEN_SECRET: secret }) };
  if (secret === undefined) delete env.SECURE_TOKEN_SECRET;
  return spawn(process.execPath, [file, ...args], { env });
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
