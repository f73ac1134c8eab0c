import { spawn } from 'node:child_process';
import { vi } from 'vitest';

export interface ServedProgram {
  readonly command: string;
  readonly args: readonly string[];
  readonly port: number;
  readonly env: Readonly<Record<string, string>>;
  readonly cwd?: string;
}

/** Runs a program that serves `port` until `use` has ended, which is given its origin once something answers there. */
export async function whileServed(
  { command, args, port, env, cwd }: ServedProgram,
  use: (origin: string) => Promise<void>,
): Promise<void> {
  const child = spawn(command, args, {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'ignore', 'inherit'],
    ...(cwd && { cwd }),
  });
  try {
    const origin = `http://127.0.0.1:${port}`;
    await vi.waitFor(() => fetch(origin), { timeout: 60_000, interval: 50 });
    await use(origin);
  } finally {
    child.kill();
  }
}
