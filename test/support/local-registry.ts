import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { vi } from 'vitest';
import { freePort } from './free-port.ts';
import { pathOf } from './programs.ts';

/** A registry of npm on this machine (Verdaccio), which has what is published to it and nothing else. */
export interface LocalRegistry {
  /** What makes npm use it, and no cache of another registry. */
  readonly env: NodeJS.ProcessEnv;
  /** Publishes packages of other projects. @param folders in which they are installed */
  hold(folders: readonly string[]): Promise<void>;
  stop(): Promise<unknown>;
}

/** @param folder of its files, which must not exist yet */
export async function startRegistry(folder: string): Promise<LocalRegistry> {
  await mkdir(folder, { recursive: true });
  const config = join(folder, 'config.yaml');
  await writeFile(
    config,
    `storage: ${join(folder, 'storage')}
packages:
  '**': { access: $all, publish: $all, unpublish: $all }
max_body_size: 100mb
log: { type: stdout, level: fatal }
`,
  );
  const port = String(await freePort());
  const child = spawn(process.execPath, [pathOf('verdaccio')!, '--config', config, '--listen', `127.0.0.1:${port}`], {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, NODE_NO_WARNINGS: '1' },
  });
  const ended = once(child, 'close');
  const origin = `http://127.0.0.1:${port}/`;
  await vi.waitFor(() => fetch(origin), { timeout: 60_000, interval: 100 });
  const env = { npm_config_registry: origin, npm_config_cache: join(folder, 'cache') };
  // npm wants a token, though everybody may publish
  const login = { [`npm_config_//127.0.0.1:${port}/:_authToken`]: 'token' };
  return {
    env,
    async hold(folders) {
      for (const each of folders)
        await promisify(execFile)('npm', ['publish', '--ignore-scripts'], {
          cwd: each,
          env: { ...process.env, ...env, ...login },
        });
    },
    stop() {
      child.kill();
      return ended;
    },
  };
}
