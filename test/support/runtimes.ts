import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { pathOf } from './programs.ts';

const execute = promisify(execFile);

/** Resolves to the last expression of a script, in a process of Deno that may use the network and nothing else. */
export const inDeno = (script: string): Promise<unknown> =>
  evaluated(script, pathOf('deno')!, ['run', '--no-prompt', '--allow-net=127.0.0.1']);

/** Resolves to the last expression of a script, in a process of Bun. */
export const inBun = (script: string): Promise<unknown> => evaluated(script, pathOf('bun')!, ['run']);

async function evaluated(script: string, command: string, args: readonly string[]): Promise<unknown> {
  const folder = mkdtempSync(join(tmpdir(), 'runtime-'));
  const file = join(folder, 'script.mjs');
  writeFileSync(file, `console.log(JSON.stringify(await (0, eval)(${JSON.stringify(script)})));`);
  try {
    const { stdout } = await execute(command, [...args, file], { timeout: 30_000 });
    return JSON.parse(stdout) as unknown;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
