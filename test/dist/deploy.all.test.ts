import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { Instance, startDeployment } from '../support/deployment.ts';
import type { Deployment } from '../support/deployment.ts';

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
    deployment = await startDeployment(cdn, secret, { CALLS_PER_MINUTE: '40', SESSION_LIMIT: '2' });
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
});

describe('a limit of calls', { tags: ['nginx', 'redis'] }, () => {
  test('both instances count together; while Redis is away each counts for itself, and is never unlimited', async (context) => {
    const deployment = await startDeployment(cdn, secret, { CALLS_PER_MINUTE: '6' });
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
});
