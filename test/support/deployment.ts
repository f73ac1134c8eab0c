import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from './free-port.ts';
import type { Nginx } from './nginx.ts';
import { startNginx } from './nginx.ts';
import type { Redis } from './redis.ts';
import { startRedis } from './redis.ts';

/** The folder that `docs/production.md` is about. */
export const deployFolder = 'examples/deploy';

export interface LogLine {
  readonly level: string;
  readonly event: string;
  readonly status?: number;
  readonly reason?: string;
  readonly message?: string;
}

/** One process of `server.mjs`. */
export class Instance {
  readonly origin: string;
  readonly #folder: string;
  readonly #env: NodeJS.ProcessEnv;
  #child: ChildProcess;
  /** Settles with the exit code, when all that it has written is read. */
  #closed!: Promise<number | null>;
  #output = '';

  private constructor(port: number, folder: string, env: NodeJS.ProcessEnv) {
    this.origin = `http://127.0.0.1:${port}`;
    this.#folder = folder;
    this.#env = { PATH: process.env.PATH, PORT: String(port), ...env };
    this.#child = this.#spawn();
  }

  /** Resolves when it serves. @throws its exit code and what it has written, where it ends instead */
  static async start(env: NodeJS.ProcessEnv, folder: string = deployFolder): Promise<Instance> {
    const instance = new Instance(await freePort(), folder, env);
    await instance.#serving();
    return instance;
  }

  /** The output of all starts of the instance so far. */
  get output(): string {
    return this.#output;
  }

  get log(): LogLine[] {
    return this.#output
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as LogLine);
  }

  /** Ends it at once, as a crash does. */
  kill(): Promise<number | null> {
    return this.#end('SIGKILL');
  }

  /** Asks it to end, as an orchestrator does. Resolves with its exit code. */
  stop(): Promise<number | null> {
    return this.#end('SIGTERM');
  }

  /** Starts it again on the same port. */
  async restart(): Promise<void> {
    this.#child = this.#spawn();
    await this.#serving();
  }

  #spawn(): ChildProcess {
    const child = spawn(process.execPath, ['server.mjs'], {
      cwd: this.#folder,
      env: this.#env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (text: Buffer) => (this.#output += text.toString()));
    this.#closed = (once(child, 'close') as Promise<[number | null]>).then(([code]) => code);
    return child;
  }

  async #serving(): Promise<void> {
    for (let attempt = 0; attempt < 400 && this.#child.exitCode === null; attempt++) {
      const answer = await fetch(`${this.origin}/health`).catch(() => undefined);
      if (answer?.ok) return;
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
    const code = await this.kill();
    throw new Error(`${code === null ? 'It runs and does not serve' : `Ended with ${code}`}: ${this.#output}`);
  }

  #end(signal: NodeJS.Signals): Promise<number | null> {
    // of one that has ended by itself too
    this.#child.kill(signal);
    return this.#closed;
  }
}

/** The file that both instances read their secret from. */
class SecretFolder {
  readonly #folder = mkdtempSync(join(tmpdir(), 'deployment-'));
  readonly path: string = join(this.#folder, 'current');

  constructor(secret: string) {
    writeFileSync(this.path, `${secret}\n`);
  }

  /** Replaces the secret at one stroke, as `mv` does. */
  replace(secret: string): void {
    writeFileSync(`${this.path}.new`, `${secret}\n`);
    renameSync(`${this.path}.new`, this.path);
  }

  remove(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

export interface DeploymentOptions {
  /** Origin of the edge. */
  readonly cdn: string;
  readonly secret: string;
  /** More variables of the instances' environment, as in `compose.yaml`. */
  readonly env?: Readonly<Record<string, string>>;
}

/** The services of `compose.yaml`, without containers: two instances, Redis, and nginx in front of them. */
export class Deployment {
  readonly instances: readonly [Instance, Instance];
  readonly redis: Redis;
  readonly balancer: Nginx;
  readonly #secret: SecretFolder;

  private constructor(parts: { instances: [Instance, Instance]; redis: Redis; balancer: Nginx; secret: SecretFolder }) {
    this.instances = parts.instances;
    this.redis = parts.redis;
    this.balancer = parts.balancer;
    this.#secret = parts.secret;
  }

  static async start({ cdn, secret, env = {} }: DeploymentOptions): Promise<Deployment> {
    const redis = await startRedis();
    const file = new SecretFolder(secret);
    const start = (): Promise<Instance> =>
      Instance.start({
        CDN_URL: `${cdn}/`,
        CDN_SECRET_FILE: file.path,
        REDIS_URL: `redis://127.0.0.1:${redis.port}`,
        ...env,
      });
    const instances: [Instance, Instance] = [await start(), await start()];
    const balancer = await startBalancer(instances.map(({ origin }) => new URL(origin).host));
    return new Deployment({ instances, redis, balancer, secret: file });
  }

  /** URL of the signing endpoint, as players know it. */
  get endpoint(): string {
    return `${this.balancer.origin}/token`;
  }

  /** Lines about calls in the logs of both instances. */
  get calls(): LogLine[] {
    return this.instances.flatMap(({ log }) => log.filter(({ event }) => event === 'call'));
  }

  /** The instances sign with `secret` within about a second. */
  rotate(secret: string): void {
    this.#secret.replace(secret);
  }

  async stop(): Promise<void> {
    await this.balancer.stop();
    await Promise.all(this.instances.map((instance) => instance.kill()));
    await this.redis.stop();
    this.#secret.remove();
  }
}

/** nginx with `balancer.conf` as it is shipped, but for ports, names, and `resolve`, which older ones do not know. */
const startBalancer = (instances: readonly string[]): Promise<Nginx> =>
  startNginx({
    secret: '',
    upstream: '',
    configure: ({ port, generation }) => `
worker_processes 1;
pid nginx.pid;
error_log stderr error;
events { worker_connections 512; }
http {
  client_body_temp_path tmp/body; proxy_temp_path tmp/proxy;
  fastcgi_temp_path tmp/fastcgi; uwsgi_temp_path tmp/uwsgi; scgi_temp_path tmp/scgi;
  ${balancerConfig(instances, port, generation)}
}
`,
  });

function balancerConfig(instances: readonly string[], port: number, generation: number): string {
  let text = readFileSync(`${deployFolder}/balancer.conf`, 'utf8');
  const replace = (shipped: string, here: string): void => {
    if (!text.includes(shipped)) throw new Error(`balancer.conf has no "${shipped}".`);
    text = text.replace(shipped, () => here);
  };
  instances.forEach((host, i) => replace(`endpoint-${i + 1}:3000 resolve`, host));
  replace('access_log /dev/stdout', 'access_log access.log');
  replace(
    'listen 80;',
    `listen 127.0.0.1:${port}; location = /generation { access_log off; return 200 "${generation}"; }`,
  );
  return text;
}
