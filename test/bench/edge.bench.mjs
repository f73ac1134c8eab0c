import { spawn } from 'node:child_process';
import { chownSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { Agent, createServer, get } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { serve } from '@hono/node-server';
import { createEdgeHandler, secureToken, signUrl } from 'secure-token-server';

const secret = 'mysecret-of-a-sensible-length';
const format = secureToken({ secret });
const binary = ['/usr/sbin/nginx', '/usr/local/bin/nginx', '/opt/homebrew/bin/nginx'].find((path) => existsSync(path));
const sizes = { '2 KB playlist': 2_000, '200 KB segment': 200_000 };
const rounds = 5;

/** @param {number[]} values */
const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;

/** @returns {Promise<number>} */
const freePort = () =>
  new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
      server.close(() => resolve(port));
    });
  });

/** nginx with the shipped configuration on the files of `folder`. @param {string} folder */
async function startNginx(folder) {
  const port = await freePort();
  const shipped = (/** @type {string} */ name) =>
    readFileSync(new URL(`../../packages/server/nginx/${name}`, import.meta.url), 'utf8');
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
  writeFileSync(
    join(folder, 'nginx.conf'),
    `worker_processes 1; pid nginx.pid; error_log stderr error; events { worker_connections 256; }
http {
  access_log off; sendfile on; keepalive_requests 1000000;
  ${temporary.map((name) => `${name}_temp_path tmp/${name};`).join(' ')}
  ${shipped('secure-token.conf')}
  map "" $secure_token_secret { default "${secret}"; }
  server { listen 127.0.0.1:${port}; location / { ${shipped('secure-token-check.conf')} root files; } }
}`,
  );
  const user = process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : {};
  if (user.uid) for (const name of ['', 'tmp', 'nginx.conf']) chownSync(join(folder, name), user.uid, user.gid);
  const child = spawn(
    /** @type {string} */ (binary),
    ['-p', folder, '-c', 'nginx.conf', '-e', 'stderr', '-g', 'daemon off;'],
    {
      stdio: 'ignore',
      ...user,
    },
  );
  for (let attempt = 0; attempt < 100; attempt++) {
    if (
      await fetch(`http://127.0.0.1:${port}/`).then(
        () => true,
        () => false,
      )
    )
      break;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  const stop = () => new Promise((resolve) => child.once('exit', resolve) && child.kill());
  return { port, stop };
}

/** @param {number} port @param {string} path @param {Agent} agent @returns {Promise<number>} bytes */
const load = (port, path, agent) =>
  new Promise((resolve, reject) => {
    get({ host: '127.0.0.1', port, path, agent }, async (response) => {
      let bytes = 0;
      for await (const chunk of response) bytes += chunk.length;
      if (response.statusCode === 200) resolve(bytes);
      else reject(new Error(`${path}: ${response.statusCode}`));
    }).on('error', reject);
  });

/**
 * The edge handler under Node beside nginx with the shipped configuration, same files, same client. The client takes
 * part of each machine's time, so the factor is that of the whole way. Takes about 15 seconds; nothing where nginx is
 * missing.
 */
export async function run() {
  if (!binary) return [{ name: 'edge handler in Node / nginx secure_link: there is no nginx here' }];
  const folder = mkdtempSync(join(tmpdir(), 'edge-bench-'));
  for (const name of ['tmp', 'files']) mkdirSync(join(folder, name));
  const paths = Object.keys(sizes).map((name) => `/${name.replaceAll(' ', '-')}`);
  for (const [i, size] of Object.values(sizes).entries())
    writeFileSync(join(folder, 'files', paths[i] ?? ''), new Uint8Array(size));
  const origin = async (/** @type {Request} */ { url }) =>
    new Response(await readFile(join(folder, 'files', new URL(url).pathname)));
  const edge = createEdgeHandler({ format, origin });
  const nginx = await startNginx(folder);
  /** @type {import('@hono/node-server').ServerType} */
  const ours = await new Promise((resolve) => {
    const server = serve({ fetch: edge, port: 0, hostname: '127.0.0.1' }, () => resolve(server));
  });
  const agent = new Agent({ keepAlive: true, maxSockets: 16 });
  const port = /** @type {import('node:net').AddressInfo} */ (ours.address()).port;
  try {
    const results = [];
    for (const path of paths) {
      const { pathname, search } = new URL(await signUrl(`http://any${path}`, { format, expiresIn: 600 }));
      const perSecond = async (/** @type {number} */ at) => {
        const start = performance.now();
        let left = 800;
        const worker = async () => {
          while (left-- > 0) await load(at, pathname + search, agent);
        };
        await Promise.all(Array.from({ length: 16 }, worker));
        return 800_000 / (performance.now() - start);
      };
      const [a, b] = /** @type {[number[], number[]]} */ ([[], []]);
      for (let round = 0; round <= rounds; round++) {
        const pair = [await perSecond(port), await perSecond(nginx.port)];
        // the first one warms both up
        if (round > 0) for (const [i, list] of [a, b].entries()) list.push(pair[i] ?? NaN);
      }
      const ratio = median(a.map((each, i) => each / (b[i] ?? NaN)));
      const name = `edge handler in Node / nginx secure_link, ${path.slice(1).replaceAll('-', ' ')}`;
      results.push({ name, ours: Math.round(median(a)), bare: Math.round(median(b)), ratio: Number(ratio.toFixed(2)) });
    }
    return results;
  } finally {
    agent.destroy();
    ours.close();
    await nginx.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) console.table(await run());
