import { fork } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { Agent } from 'node:http';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { azion, signUrl } from 'secure-token-server';
import { median } from './compare.mjs';
import { load, nginxBinary, shippedNginx, startNginx } from './nginx-server.mjs';

const secret = 'mysecret-of-a-sensible-length';
const format = azion({ secret });
const sizes = { '2 KB playlist': 2_000, '200 KB segment': 200_000 };
const rounds = 5;
/** Rounds before them, which count for nothing: compilers of Node and workerd take their time. */
const warmUps = 3;
/** Seconds of load, for each server in each round. */
const seconds = 1.5;
const atATime = 16;

/** @typedef {{ port: number, pid: number, stop: () => unknown }} Server */

/** Seconds of processor that all threads of a process have used. @type {(pid: number) => number} */
const usedBy = (pid) => {
  const times = readdirSync(`/proc/${pid}/task`).map((task) =>
    Number(readFileSync(`/proc/${pid}/task/${task}/schedstat`, 'utf8').split(' ')[0]),
  );
  return times.reduce((sum, nanoseconds) => sum + nanoseconds, 0) / 1e9;
};

/** @type {(parent: string, name: string) => string} */
const folderIn = (parent, name) => {
  mkdirSync(join(parent, name));
  return join(parent, name);
};

/** A location that asks the origin over connections that stay open. @type {(check?: string) => string} */
const proxied = (check = '') =>
  `location / { ${check} proxy_pass http://origin; proxy_http_version 1.1; proxy_set_header Connection ""; }`;
/** @type {(port: number) => string} */
const upstream = (port) => `upstream origin { server 127.0.0.1:${port}; keepalive 32; }`;

/** @type {(origin: string) => Promise<Server>} */
async function startNode(origin) {
  const child = fork(new URL('edge-node.mjs', import.meta.url), [origin, secret]);
  const [{ port }] = await once(child, 'message');
  return { port, pid: child.pid ?? 0, stop: () => child.disconnect() };
}

/** The processes of this one's children called `name`. @type {(name: string) => number[]} */
const childrenNamed = (name) =>
  readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry) && existsSync(`/proc/${entry}/stat`))
    .filter((entry) => readFileSync(`/proc/${entry}/stat`, 'utf8').includes(`(${name}) `))
    .filter(
      (entry) => readFileSync(`/proc/${entry}/stat`, 'utf8').split(') ')[1]?.split(' ')[1] === String(process.pid),
    )
    .map(Number);

/** `npm run test:all` installs Miniflare, which starts workerd. @type {(origin: string) => Promise<Server | undefined>} */
async function startWorkerd(origin) {
  const extra = new URL('../extra/', import.meta.url);
  if (!existsSync(new URL('node_modules/miniflare', extra))) return undefined;
  const { Miniflare } = createRequire(extra)('miniflare');
  const { outputFiles } = await build({
    stdin: {
      resolveDir: fileURLToPath(new URL('.', import.meta.url)),
      contents: `import { createEdgeHandler, azion } from 'secure-token-server';
        const format = azion({ secret: ${JSON.stringify(secret)} });
        export default { fetch: createEdgeHandler({ format, origin: ${JSON.stringify(origin)} }) };`,
    },
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'neutral',
    mainFields: ['module', 'main'],
    logLevel: 'silent',
  });
  const script = outputFiles[0]?.text;
  // without `cf: false` it would ask Cloudflare where this machine is
  const worker = new Miniflare({ modules: true, cf: false, compatibilityDate: '2026-04-01', script });
  const { port } = await worker.ready;
  const [pid = 0] = childrenNamed('workerd');
  return { port: Number(port), pid, stop: () => worker.dispose() };
}

/** Requests that a second of one core serves. @type {(server: Server, target: string, agent: Agent) => Promise<number>} */
async function perCoreSecond({ port, pid }, target, agent) {
  const used = usedBy(pid);
  const end = performance.now() + seconds * 1000;
  let count = 0;
  const client = async () => {
    while (performance.now() < end) {
      await load(port, target, agent);
      count++;
    }
  };
  await Promise.all(Array.from({ length: atATime }, client));
  return count / (usedBy(pid) - used);
}

/**
 * Measures how many requests an edge answers in a second of its process's CPU time, in front of the same origin,
 * without a cache. Neither the client nor the origin counts, nor whatever else the machine does. The run takes two
 * minutes, and needs Linux.
 */
export async function run() {
  if (!nginxBinary || process.platform !== 'linux')
    return [{ name: 'requests a second on one core: Linux and nginx are needed' }];
  const folder = mkdtempSync(join(tmpdir(), 'edge-cost-'));
  // nginx may run as another user
  chmodSync(folder, 0o755);
  const files = folderIn(folder, 'origin');
  const names = Object.keys(sizes).map((name) => `/${name.replaceAll(' ', '-')}`);
  for (const [i, size] of Object.values(sizes).entries())
    writeFileSync(join(files, names[i] ?? ''), new Uint8Array(size));
  const { maps, check } = shippedNginx(secret);
  const origin = await startNginx(files, 'location / { root .; }');
  const href = `http://127.0.0.1:${origin.port}/`;
  /** @type {[string, Server | undefined][]} */
  const edges = [
    ['nginx, without a check', await startNginx(folderIn(folder, 'bare'), proxied(), upstream(origin.port))],
    [
      'nginx with our files',
      await startNginx(folderIn(folder, 'checked'), proxied(check), `${maps} ${upstream(origin.port)}`),
    ],
    ['edge handler in Node', await startNode(href)],
    ['edge handler in workerd', await startWorkerd(href)],
  ];
  const agent = new Agent({ keepAlive: true, maxSockets: atATime });
  try {
    /** @type {Record<string, number[]>} */
    const figures = {};
    for (let round = -warmUps; round < rounds; round++) {
      for (const path of names) {
        const { pathname, search } = new URL(await signUrl(`http://any${path}`, { format, expiresIn: 600 }));
        for (const [name, edge] of edges) {
          const figure = edge ? await perCoreSecond(edge, pathname + search, agent) : NaN;
          if (round >= 0) (figures[name + path] ??= []).push(figure);
        }
      }
    }
    return edges.map(([name]) => ({
      'requests a second on one core': name,
      ...Object.fromEntries(
        Object.keys(sizes).map((size, i) => [size, Math.round(median(figures[name + names[i]] ?? []))]),
      ),
    }));
  } finally {
    agent.destroy();
    for (const [, edge] of edges) await edge?.stop();
    await origin.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) console.table(await run());
