import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { packages } from './packages.ts';

const run = promisify(execFile);

/** An app outside of the repository, with the packages as they are published. */
export class PackedApp {
  readonly folder: string;
  /** Files of the packed packages, by the name of the package. */
  readonly tarballs = new Map<string, string>();

  private constructor(folder: string) {
    this.folder = folder;
  }

  /** @param more what the app depends on beside the packages */
  static async install(more: Readonly<Record<string, string>>): Promise<PackedApp> {
    const app = new PackedApp(await mkdtemp(join(tmpdir(), 'secure-token-app-')));
    for (const { folder, json } of packages) {
      const { stdout } = await run('npm', ['pack', '--json', '--pack-destination', app.folder], {
        cwd: `packages/${folder}`,
      });
      const [{ filename }] = JSON.parse(stdout) as [{ filename: string }];
      app.tarballs.set(json.name, join(app.folder, filename));
    }
    const ours = Object.fromEntries([...app.tarballs].map(([name, path]) => [name, `file:${path}`]));
    const json = { private: true, type: 'module', dependencies: { ...ours, ...more } };
    await app.write({ 'package.json': JSON.stringify(json) });
    await run('npm', ['install', '--no-audit', '--no-fund', '--ignore-scripts', '--prefer-offline'], {
      cwd: app.folder,
    });
    return app;
  }

  path(...parts: string[]): string {
    return join(this.folder, ...parts);
  }

  async write(files: Readonly<Record<string, string>>): Promise<void> {
    for (const [name, text] of Object.entries(files)) {
      await mkdir(dirname(this.path(name)), { recursive: true });
      await writeFile(this.path(name), text);
    }
  }

  /** Runs a program in the app. */
  run(file: string, args: readonly string[]): Promise<{ stdout: string; stderr: string }> {
    // Vitest says that it is a test, and Vite takes whatever is not production for development
    return run(file, args, { cwd: this.folder, env: { ...process.env, NODE_ENV: 'production' } });
  }

  remove(): Promise<void> {
    return rm(this.folder, { recursive: true, force: true });
  }
}

/** Whether `npm install` can have this version of a package here. */
export async function canInstall(name: string, range: string): Promise<boolean> {
  const args = ['view', `${name}@${range}`, 'version', '--fetch-retries=0', '--fetch-timeout=20000'];
  return run('npm', args, { timeout: 30_000 }).then(
    ({ stdout }) => stdout.trim() !== '',
    () => false,
  );
}
