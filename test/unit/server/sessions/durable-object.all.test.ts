import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { createSessions, durableObjectStore } from '../../../../packages/server/src/sessions.ts';
import type { SessionStore, SessionsNamespace } from '../../../../packages/server/src/sessions.ts';
import { startWorker } from '../../../support/frameworks.ts';
import type { Worker } from '../../../support/frameworks.ts';
import { describeSessionStore } from '../../../support/session-store-contract.ts';
import { alias } from '../../../support/sources.ts';
import { describeKeptEnds } from './kept-ends.ts';
import { describeManySessions } from './many-sessions.ts';

const page = readFileSync('docs/sessions.md', 'utf8');
const code = /^```ts\n(\/\/ worker\.ts\n[\s\S]*?)^```/m.exec(page)![1]!;
const key = 'ab'.repeat(32);

/** Names the object that the Worker passes a request on to, as a test asks it. */
const OBJECT = 'X-Object';

/** The Worker of the documentation, with who is watching in a header, and a way for a test to its objects. */
async function bundled(): Promise<string> {
  const { outputFiles } = await build({
    stdin: {
      contents: code
        .replace(
          /declare function accountOf.*/,
          "const accountOf = async (request) => request.headers.get('X-Viewer');",
        )
        .replace("origin: 'https://origin.example.com/'", "origin: () => new Response('film')")
        .replace('export default {', 'const documented = {').concat(`export default {
          fetch(request, env) {
            const name = request.headers.get('${OBJECT}');
            return name === null ? documented.fetch(request, env) : env.SESSIONS.get(env.SESSIONS.idFromName(name)).fetch(request);
          },
        };`),
      resolveDir: resolve('.'),
      loader: 'ts',
    },
    ...{ alias, bundle: true, write: false, format: 'esm', platform: 'neutral', mainFields: ['module', 'main'] },
    logLevel: 'silent',
  });
  return outputFiles[0]!.text;
}

/** Resolves once workerd runs: a busy machine takes longer to start it than the store waits for an answer. */
async function start(script: string, folder?: string): Promise<Worker> {
  const worker = startWorker({
    modules: true,
    // it would ask Cloudflare where this machine is
    cf: false,
    compatibilityDate: '2026-04-01',
    script,
    bindings: { CAT_KEY: key },
    durableObjects: { SESSIONS: { className: 'SessionsObject', useSQLite: true } },
    ...(folder !== undefined && { durableObjectsPersist: folder }),
  });
  await worker.ready;
  return worker;
}

/** The objects of `worker` by HTTP: the bindings that Miniflare hands out block a thread, and may miss the answer. */
const objectsOf = (worker: Worker): SessionsNamespace => ({
  idFromName: (name) => name,
  get: (name) => ({
    fetch: (url, init) => worker.dispatchFetch(url, { ...init, headers: { [OBJECT]: String(name) } }),
  }),
});

describe('durableObjectStore in workerd', { tags: ['miniflare'] }, () => {
  let script: string;
  let worker: Worker;
  let namespace: SessionsNamespace;
  let made = 0;

  beforeAll(async () => {
    script = await bundled();
    worker = await start(script);
    namespace = objectsOf(worker);
  });
  afterAll(() => worker.dispose());

  const make = (): SessionStore => durableObjectStore(namespace, { name: `test-${++made}` });
  describeSessionStore(make);
  describeKeptEnds(make);
  describeManySessions(make);

  test('what is over takes no room', async () => {
    const store = make();
    const call = { viewer: 'anna', limit: 1, nowMs: 1000, idleAtMs: 2000, overAtMs: 2000 };
    await store.admit({ ...call, id: 'a' });
    await store.end({ id: 'a' }, 1000);
    await store.admit({ ...call, id: 'b' });
    await store.admit({ ...call, viewer: 'ben', id: 'c', nowMs: 2000, idleAtMs: 3000, overAtMs: 3000 });
    // an end a year later finds nothing that was over
    await store.end({ viewer: 'anna' }, 2500);
    expect((await store.ended(undefined, 0))?.sessions).toEqual([{ id: 'a', untilMs: 2000 }]);
    await store.end({ viewer: 'ben' }, 2500);
    expect((await store.ended(undefined, 0))?.sessions).toEqual([{ id: 'c', untilMs: 3000 }]);
  });

  test('an object that fails is an error, and never a free pass', async () => {
    const answers = (status: number, body: object): SessionsNamespace => ({
      idFromName: (name) => name,
      get: () => ({ fetch: () => Promise.resolve(Response.json(body, { status })) }),
    });
    const call = { viewer: 'v', id: 's', limit: 2, nowMs: 1, idleAtMs: 2, overAtMs: 3 };
    await expect(durableObjectStore(answers(500, {})).admit(call)).rejects.toThrow('500');
    await expect(durableObjectStore(answers(200, {})).admit(call)).rejects.toThrow('SessionsObject');
    expect(() => durableObjectStore(undefined as never)).toThrow(/^namespace:/);
    expect(() => durableObjectStore(answers(200, {}), { name: '' })).toThrow(/^name:/);
  });

  test('places and ends outlast the object, which is started again after a deployment', async ({ onTestFinished }) => {
    const folder = mkdtempSync(join(tmpdir(), 'durable-'));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const request = new Request('https://app.example.com/');
    const session = (letter: string): string => `${letter.repeat(21)}A`;
    const sessionsOf = (running: Worker) =>
      createSessions({ store: durableObjectStore(objectsOf(running)), viewer: () => 'anna', limit: 2 });
    const first = await start(script, folder);
    const before = sessionsOf(first);
    for (const letter of ['A', 'B']) await before.admit(request, { session: session(letter), ttl: 300 });
    await before.end(await before.idOf(request, session('A')));
    await before.admit(request, { session: session('C'), ttl: 300 });
    await first.dispose();

    const second = await start(script, folder);
    onTestFinished(() => second.dispose());
    const after = sessionsOf(second);
    const state = async (letter: string) => (await after.admit(request, { session: session(letter), ttl: 300 })).state;
    expect([await state('A'), await state('B'), await state('C'), await state('D')]).toEqual([
      ...['ended', 'admitted', 'admitted', 'full'],
    ]);
  });

  describe('the Worker of docs/sessions.md', () => {
    const film = 'https://cdn.example.com/vod/7/a.mp4';
    const call = async (session: string, viewer: string) => {
      const response = await worker.dispatchFetch('https://app.example.com/token', {
        method: 'POST',
        headers: { 'Content-Type': 'application/json', 'X-Viewer': viewer },
        body: JSON.stringify({ urls: [film], session }),
      });
      const body = (await response.json()) as { type?: string; tokens?: { query: Record<string, string> }[] };
      return { status: response.status, type: body.type, query: body.tokens?.[0]?.query };
    };
    const pageSession = (i: number): string => `${String(i).padStart(21, 'A')}A`;

    test('of twenty tabs that start at the same time, three get a place, and the others hear why', async () => {
      const answers = await Promise.all(Array.from({ length: 20 }, (_, i) => call(pageSession(i), 'crowd')));
      expect(answers.filter(({ status }) => status === 200)).toHaveLength(3);
      const others = answers.filter(({ status }) => status !== 200);
      expect(new Set(others.map(({ status, type }) => `${status} ${type}`))).toEqual(
        new Set(['403 urn:secure-token:session-limit']),
      );
    });

    test('the tokens of a session that was ended open nothing within five seconds, those of another one do', async () => {
      const [annas, bens] = [await call(pageSession(1), 'anna'), await call(pageSession(1), 'ben')];
      const watch = async ({ query }: typeof annas): Promise<number> => {
        const response = await worker.dispatchFetch(`${film}?${new URLSearchParams(query).toString()}`);
        await response.text();
        return response.status;
      };
      expect([await watch(annas), await watch(bens)]).toEqual([200, 200]);
      const sessions = createSessions({ store: durableObjectStore(namespace), viewer: () => 'anna' });
      await sessions.end({ viewer: 'anna' });
      const endedMs = Date.now();
      await vi.waitFor(async () => expect(await watch(annas)).toBe(403), { timeout: 20_000, interval: 100 });
      // the five seconds are those of a machine that has nothing else to do
      expect(Date.now() - endedMs).toBeLessThan(15_000);
      expect(await watch(bens)).toBe(200);
      expect(await call(pageSession(1), 'anna')).toMatchObject({ status: 403, type: 'urn:secure-token:session-ended' });
    });
  });
});
