import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { pathOf } from './programs.ts';

/** The configuration of `examples/azion`, as far as tests look at it. */
export interface AzionConfig {
  readonly functions: readonly [{ readonly executionEnvironment: string }];
  readonly firewall: readonly [
    {
      readonly functionsInstances: readonly [{ readonly args: Readonly<Record<string, unknown>> }];
      readonly rules: readonly {
        readonly criteria: readonly {
          readonly variable: string;
          readonly operator: string;
          readonly argument: string;
        }[];
      }[];
    },
  ];
}

/** The manifest that `processConfig` makes of the configuration, for Azion's API. */
export interface AzionManifest {
  readonly firewall: readonly { readonly name: string; readonly functions_instances: readonly { args: object }[] }[];
  readonly functions: readonly object[];
  readonly applications: readonly { readonly cache_settings: readonly object[] }[];
  readonly workloads: readonly object[];
  readonly workload_deployments: readonly object[];
}

interface AzionConfigTools {
  validateConfig(config: AzionConfig): void;
  processConfig(config: AzionConfig): AzionManifest;
  validateManifest(manifest: object): void;
}

const folder = resolve('examples/azion');

/** The module `azion/config`, which `npm run test:all` installs. */
export const azionConfigTools = (): AzionConfigTools =>
  createRequire(join(folder, 'package.json'))('azion/config') as AzionConfigTools;

type Environment = Readonly<Partial<Record<'CDN_SECRET' | 'CDN_SECRET_PREVIOUS', string>>>;

/** Of the environment; `process.env` stays the object that others hold. */
function restoreVariable(name: keyof Environment, value: string | undefined): void {
  if (value === undefined) Reflect.deleteProperty(process.env, name);
  else process.env[name] = value;
}

/** The configuration as these variables of the environment make it. */
export async function loadAzionConfig({ CDN_SECRET, CDN_SECRET_PREVIOUS }: Environment): Promise<AzionConfig> {
  const { CDN_SECRET: before, CDN_SECRET_PREVIOUS: previousBefore } = process.env;
  Object.assign(process.env, CDN_SECRET && { CDN_SECRET }, CDN_SECRET_PREVIOUS && { CDN_SECRET_PREVIOUS });
  const { href } = pathToFileURL(join(folder, 'azion.config.mjs'));
  try {
    // The file reads the environment when it is loaded: each address is a module of its own.
    return ((await import(`${href}?${crypto.randomUUID()}`)) as { default: AzionConfig }).default;
  } finally {
    restoreVariable('CDN_SECRET', before);
    restoreVariable('CDN_SECRET_PREVIOUS', previousBefore);
  }
}

/** The function as Azion's own bundler makes it, in a project that has the two packages from a registry. */
export async function bundleForAzion(bundler: 'esbuild' | 'webpack'): Promise<string> {
  const project = mkdtempSync(join(tmpdir(), 'secure-token-azion-'));
  try {
    for (const name of ['azion.config.mjs', 'firewall.js', 'package.json'])
      cpSync(join(folder, name), join(project, name));
    mkdirSync(join(project, 'node_modules'));
    symlinkSync(pathOf('azion')!, join(project, 'node_modules/azion'), 'junction');
    symlinkSync(resolve('packages/server'), join(project, 'node_modules/secure-token-server'), 'junction');
    await promisify(execFile)(process.execPath, [resolve('test/support/azion-bundle.mjs'), bundler, 'bundle.js'], {
      cwd: project,
      env: { ...process.env, CDN_SECRET: 'not-in-the-bundle' },
    });
    return readFileSync(join(project, 'bundle.js'), 'utf8');
  } finally {
    rmSync(project, { recursive: true, force: true });
  }
}
