import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { vi } from 'vitest';
import { runCli } from '../../packages/cli/src/run-cli.ts';

const file = resolve('packages/cli/dist/cli.js');

interface CommandOptions {
  /** SECURE_TOKEN_SECRET. @default none */
  secret?: string;
}

interface ProgramOptions extends CommandOptions {
  input?: string;
  /** Closes the output after its first bytes. */
  leaveEarly?: boolean;
}

/** A run that has ended. */
interface Ended {
  code: number;
  out: string;
  err: string;
}

const start = (args: readonly string[], { secret }: ProgramOptions): ChildProcess => {
  const env = { ...process.env, ...(secret !== undefined && { SECURE_TOKEN_SECRET: secret }) };
  if (secret === undefined) delete env.SECURE_TOKEN_SECRET;
  return spawn(process.execPath, [file, ...args], { env });
};

/** Runs `secure-token` as it is built, as a program. */
export async function runProgram(args: readonly string[], options: ProgramOptions = {}): Promise<Ended> {
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

/** Runs a command of `secure-token` in this process, a hundred times as fast. */
export async function runCommand(args: readonly string[], { secret }: CommandOptions = {}): Promise<Ended> {
  const written = { out: '', err: '' };
  const note =
    (stream: keyof typeof written, end: string) =>
    (line: unknown): boolean => {
      written[stream] += String(line) + end;
      return true;
    };
  vi.stubEnv('SECURE_TOKEN_SECRET', secret);
  const spies = [
    vi.spyOn(process.stdout, 'write').mockImplementation(note('out', '')),
    vi.spyOn(process.stderr, 'write').mockImplementation(note('err', '')),
    vi.spyOn(console, 'log').mockImplementation(note('out', '\n')),
    vi.spyOn(console, 'error').mockImplementation(note('err', '\n')),
  ];
  try {
    return { code: await runCli(['node', 'secure-token', ...args], '0'), ...written };
  } finally {
    for (const spy of spies) spy.mockRestore();
    vi.unstubAllEnvs();
  }
}
