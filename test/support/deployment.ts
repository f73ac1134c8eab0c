import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from './free-port.ts';
import type { Nginx } from './nginx.ts';
import { startNginx } from './nginx.ts';
import type { Redis } from './redis.ts';
import { startRedis } from './redis.ts';

/** The folder that `docs/production.md` is about. */
const folder = 'examples/deploy';

interface LogLine {
  readonly level: string;
  readonly event: string;
  readonly status?: number;
  readonly reason?: string;
  readonly message?: string;
}

/** One process of `server.mjs`. */
export class Instance {
  readonly origin: string;
  readonly #child: ChildProcess;
  readonly #closed: Promise<unknown>;
  #output = '';

  private constructor(port: number, env: NodeJS.ProcessEnv) {
    this.origin = `http://127.0.0.1:${port}`;
    this.#child = spawn(process.execPath, ['server.mjs'], {
      cwd: folder,
      env: { PATH: process.env.PATH, PORT: String(port), ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [this.#child.stdout!, this.#child.stderr!])
      stream.on('data', (text: Buffer) => {
        this.#output += text.toString();
      });
    this.#closed = once(this.#child, 'close');
  }

  /** Resolves when it serves. @throws its exit code and what it has written, where it ends instead */
  static async start(env: NodeJS.ProcessEnv): Promise<Instance> {
    const instance = new Instance(await freePort(), env);
    for (let attempt = 0; attempt < 400 && instance.#child.exitCode === null; attempt++) {
      const answer = await fetch(`${instance.origin}/health`).catch(() => undefined);
      if (answer?.ok) return instance;
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
    await instance.kill();
    const { exitCode } = instance.#child;
    throw new Error(
      `${exitCode === null ? 'It runs and does not serve' : `Ended with ${exitCode}`}: ${instance.output}`,
    );
  }

  /** What it has written so far. */
  get output(): string {
    return this.#output;
  }

  get log(): LogLine[] {
    return this.#output
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as LogLine);
  }

  /** Resolves when all that it has written is read; also of one that has ended by itself. */
  async kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.#closed;
  }
}

/** The services of `compose.yaml`, without containers: two instances, Redis, and nginx in front of them. */
export interface Deployment {
  readonly instances: readonly [Instance, Instance];
  readonly redis: Redis;
  /** URL of the signing endpoint, as players know it. */
  readonly endpoint: string;
  readonly stop: () => Promise<void>;
}

/** @param cdn origin of the edge; @param env more variables of the instances' environment, as in `compose.yaml` */
export async function startDeployment(cdn: string, secret: string, env: NodeJS.ProcessEnv): Promise<Deployment> {
  const redis = await startRedis();
  const secrets = mkdtempSync(join(tmpdir(), 'deployment-'));
  const file = join(secrets, 'current');
  writeFileSync(file, `${secret}\n`);
  const start = (): Promise<Instance> =>
    Instance.start({
      CDN_URL: `${cdn}/`,
      CDN_SECRET_FILE: file,
      REDIS_URL: `redis://127.0.0.1:${redis.port}`,
      ...env,
    });
  const instances = [await start(), await start()] as const;
  const balancer = await startBalancer(instances.map(({ origin }) => new URL(origin).host));
  return {
    instances,
    redis,
    endpoint: `${balancer.origin}/token`,
    async stop() {
      await balancer.stop();
      await Promise.all(instances.map((instance) => instance.kill()));
      await redis.stop();
      rmSync(secrets, { recursive: true });
    },
  };
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
  let text = readFileSync(`${folder}/balancer.conf`, 'utf8');
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
