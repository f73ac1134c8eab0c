import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import manifest from '../../examples/deploy/package.json' with { type: 'json' };
import { Deployment, Instance, deployFolder } from '../support/deployment.ts';
import { PackedApp, canInstall } from '../support/packed-app.ts';

const cdn = 'https://cdn.test';
const film = `${cdn}/vod/7/master.m3u8`;
const secret = 'a secret of the tests';
const body = JSON.stringify({ urls: [film], reason: 'initial' });

interface Answer {
  readonly tokens: readonly { readonly query: { readonly st: string } }[];
}

const ask = (endpoint: string, headers: Record<string, string> = {}): Promise<Response> =>
  fetch(endpoint, { method: 'POST', headers: { 'Content-Type': 'application/json', ...headers }, body });

describe('an instance whose environment is wrong', () => {
  const folder = mkdtempSync(join(tmpdir(), 'deploy-'));
  const [file, empty] = [join(folder, 'secret'), join(folder, 'empty')];
  writeFileSync(file, secret);
  writeFileSync(empty, '\n');
  afterAll(() => rmSync(folder, { recursive: true }));
  const fine = { CDN_URL: `${cdn}/`, CDN_SECRET_FILE: file, REDIS_URL: 'redis://127.0.0.1:1' };

  test.for([
    ['without a prefix', { CDN_URL: '' }, 'CDN_URL is missing'],
    ['with a prefix that is no URL', { CDN_URL: 'cdn.test' }, 'allow'],
    ['without the file of the secret', { CDN_SECRET_FILE: '' }, 'CDN_SECRET_FILE is missing'],
    ['whose file of the secret is not there', { CDN_SECRET_FILE: join(folder, 'none') }, 'no such file'],
    ['whose file of the secret is empty', { CDN_SECRET_FILE: empty }, 'holds no secret'],
    ['with a lifetime that is no number', { TTL: '5m' }, 'TTL is \\"5m\\"'],
    ['with the page under a path', { PAGE_ORIGINS: 'https://app.test/x' }, 'cors'],
  ] as const)('%s: ends at once, and names it', async ([, wrong, message]) => {
    const error = await Instance.start({ ...fine, ...wrong }).then(String, String);
    expect(error).toContain('Ended with 1: ');
    expect(error).toContain(message);
  });
});

describe('two instances, Redis and nginx', { tags: ['nginx', 'redis'] }, () => {
  let deployment: Deployment;
  beforeAll(async () => {
    deployment = await Deployment.start({ cdn, secret, env: { CALLS_PER_MINUTE: '40', SESSION_LIMIT: '2' } });
  });
  afterAll(() => deployment.stop());

  test('both answer through the balancer, and the log tells status and reason but no token', async () => {
    for (let i = 0; i < 4; i++) {
      const response = await ask(deployment.endpoint);
      expect(response.status).toBe(200);
      const { tokens } = (await response.json()) as Answer;
      expect(deployment.instances.map(({ output }) => output.includes(tokens[0]!.query.st))).toEqual([false, false]);
    }
    const logged = expect.objectContaining({ event: 'call', status: 200, reason: 'initial', urls: 1 }) as object;
    for (const instance of deployment.instances) {
      await vi.waitFor(() => expect(instance.log).toContainEqual(logged), { timeout: 20_000 });
      expect(instance.output).not.toContain(secret);
    }
  });

  test('the health path tells of Redis, and is the same through the balancer', async () => {
    const health = await fetch(new URL('/health', deployment.endpoint));
    expect([health.status, await health.json()]).toEqual([200, { status: 'ok', redis: 'ready' }]);
    expect((await fetch(new URL('/other', deployment.endpoint))).status).toBe(404);
  });

  test('an address that the client makes up is not believed', async () => {
    const viewers = ['198.51.100.1', '198.51.100.2', '198.51.100.3'];
    const sessions = await Promise.all(
      viewers.map((address, i) =>
        fetch(deployment.endpoint, {
          method: 'POST',
          headers: { 'Content-Type': 'application/json', 'X-Real-IP': address },
          body: JSON.stringify({ urls: [film], reason: 'initial', session: `${i}AAAAAAAAAAAAAAAAAAAAA` }),
        }),
      ),
    );
    // one viewer has two places
    expect(sessions.map(({ status }) => status).filter((status) => status === 403).length).toBeGreaterThan(0);
  });

  test('an address of IPv6 is counted with its network, an invalid one is nobody', async () => {
    const [{ origin }] = deployment.instances;
    const count = async (address: string): Promise<number> =>
      (await ask(`${origin}/token`, { 'X-Real-IP': address })).status;
    const statuses = [];
    for (let i = 0; i < 42; i++) statuses.push(await count(`2001:db8::${i.toString(16)}`));
    expect([statuses.indexOf(429), await count('2001:db8:0:1::1'), await count('nonsense')]).toEqual([40, 200, 401]);
  });
});

describe('a limit of calls', { tags: ['nginx', 'redis'] }, () => {
  test('both instances count together; while Redis is away each counts for itself, and is never unlimited', async (context) => {
    const deployment = await Deployment.start({ cdn, secret, env: { CALLS_PER_MINUTE: '6' } });
    context.onTestFinished(() => deployment.stop());
    const granted = async (): Promise<number> => {
      const statuses = [];
      for (let i = 0; i < 20; i++) statuses.push((await ask(deployment.endpoint)).status);
      expect(new Set(statuses)).toEqual(new Set([200, 429]));
      return statuses.filter((status) => status === 200).length;
    };
    expect(await granted()).toBe(6);
    await deployment.redis.kill();
    expect(await granted()).toBe(12);
    expect(deployment.instances[0].log.filter(({ event }) => event === 'call').at(-1)).toMatchObject({ status: 429 });
    await vi.waitFor(() => expect(deployment.instances[0].output).toContain('Redis is away'), { timeout: 20_000 });
    const health = await fetch(new URL('/health', deployment.endpoint));
    expect(health.status).toBe(200);
  });

  test('Redis stands still: calls are answered without it', async (context) => {
    const deployment = await Deployment.start({ cdn, secret });
    context.onTestFinished(() => deployment.stop());
    deployment.redis.freeze();
    // answered while it stands still: without a time-out of its own the endpoint would wait until it is thawed
    const { status } = await ask(deployment.endpoint);
    deployment.redis.thaw();
    expect(status).toBe(200);
  });
});

describe('an instance that is asked to stop', { tags: ['nginx', 'redis'] }, () => {
  /** A call of which half has been sent, and what comes back. */
  async function beginCall(origin: string): Promise<{ finish: () => Promise<string> }> {
    const socket = connect(Number(new URL(origin).port), '127.0.0.1');
    let answer = '';
    socket.on('data', (text: Buffer) => (answer += text.toString()));
    const closed = once(socket, 'close');
    await once(socket, 'connect');
    const headers = `X-Real-IP: 192.0.2.1\r\nContent-Type: application/json\r\nContent-Length: ${body.length}`;
    socket.write(`POST /token HTTP/1.1\r\nHost: x\r\n${headers}\r\n\r\n${body.slice(0, 10)}`);
    await fetch(`${origin}/health`); // what was sent before has arrived
    return {
      async finish() {
        socket.write(body.slice(10));
        await closed;
        return answer;
      },
    };
  }

  test('takes no new connection, finishes the call under way, and ends with 0', async (context) => {
    const deployment = await Deployment.start({ cdn, secret });
    context.onTestFinished(() => deployment.stop());
    const [instance] = deployment.instances;
    const call = await beginCall(instance.origin);
    const code = instance.stop();
    await vi.waitFor(() => expect(instance.log.at(-1)).toMatchObject({ event: 'stop', signal: 'SIGTERM' }), {
      timeout: 20_000,
    });
    await expect(fetch(`${instance.origin}/health`)).rejects.toThrow();
    // the balancer asks the other one
    expect((await ask(deployment.endpoint)).status).toBe(200);
    expect(await call.finish()).toMatch(/^HTTP\/1\.1 200 /);
    expect(await code).toBe(0);
  });

  test('cuts off what takes longer than it was told, and says so', async (context) => {
    const deployment = await Deployment.start({ cdn, secret, env: { STOP_SECONDS: '1' } });
    context.onTestFinished(() => deployment.stop());
    const [instance] = deployment.instances;
    await beginCall(instance.origin);
    expect(await instance.stop()).toBe(0);
    const message = expect.stringContaining('1 s') as string;
    expect(instance.log).toContainEqual(expect.objectContaining({ level: 'error', event: 'stop', message }));
  });
});

/** Whether the registry is in reach; else the test is skipped. */
const hasPackages = await canInstall('ioredis', manifest.dependencies.ioredis);

describe.skipIf(!hasPackages)('what the Dockerfile makes an image of', () => {
  const steps = readFileSync(`${deployFolder}/Dockerfile`, 'utf8').split('\n');
  const stepsOf = (name: string): string[] =>
    steps.filter((line) => line.startsWith(`${name} `)).map((line) => line.slice(name.length + 1));

  test('packages by its RUN, files by its COPY and nothing else: its CMD serves, and ends with 0', async (context) => {
    const others = Object.entries(manifest.dependencies).filter(([name]) => name !== 'secure-token-server');
    // with the packages as they are published, and a lock file
    const app = await PackedApp.install(Object.fromEntries(others));
    const image = mkdtempSync(join(tmpdir(), 'image-'));
    context.onTestFinished(async () => {
      rmSync(image, { recursive: true });
      await app.remove();
    });
    const copied = stepsOf('COPY').flatMap((step) => step.split(' ').slice(0, -1));
    expect(copied).toEqual(['package.json', 'package-lock.json', '*.mjs']);
    for (const name of ['package.json', 'package-lock.json']) cpSync(app.path(name), join(image, name));
    for (const name of readdirSync(deployFolder).filter((each) => each.endsWith('.mjs')))
      cpSync(join(deployFolder, name), join(image, name));
    for (const command of stepsOf('RUN')) execFileSync('sh', ['-c', command], { cwd: image, stdio: 'pipe' });
    expect(stepsOf('CMD')).toEqual(['["node", "server.mjs"]']);
    writeFileSync(join(image, 'secret'), secret);
    const env = { CDN_URL: `${cdn}/`, CDN_SECRET_FILE: join(image, 'secret'), REDIS_URL: 'redis://127.0.0.1:1' };
    const instance = await Instance.start(env, image);
    expect((await ask(`${instance.origin}/token`, { 'X-Real-IP': '192.0.2.1' })).status).toBe(200);
    expect(await instance.stop()).toBe(0);
  }, 180_000);
});
