import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);

/** A framework, or `undefined` where it is not installed. */
export function framework(name: 'express' | 'fastify'): any {
  try {
    return require(name);
  } catch {
    return undefined;
  }
}

/** Whether a runtime such as `deno` is on this machine. */
export function hasCommand(name: string): boolean {
  return spawnSync(name, ['--version'], { stdio: 'ignore' }).status === 0;
}
