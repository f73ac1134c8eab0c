import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { Agent } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { serve } from '@hono/node-server';
import { createEdgeHandler, azion, signUrl } from 'secure-token-server';
import { median } from './compare.mjs';
import { nginxBinary, load, shippedNginx, startNginx } from './nginx-server.mjs';

const secret = 'mysecret-of-a-sensible-length';
const format = azion({ secret });
const sizes = { '2 KB playlist': 2_000, '200 KB segment': 200_000 };
const rounds = 5;

/**
 * The edge handler under Node beside nginx with the shipped configuration, same files, same client. The client takes
 * part of each machine's time, so the factor is that of the whole way. Takes about 15 seconds; nothing where nginx is
 * missing.
 */
export async function run() {
  if (!nginxBinary) return [{ name: 'edge handler in Node / nginx secure_link: there is no nginx here' }];
  const folder = mkdtempSync(join(tmpdir(), 'edge-bench-'));
  mkdirSync(join(folder, 'files'));
  const paths = Object.keys(sizes).map((name) => `/${name.replaceAll(' ', '-')}`);
  for (const [i, size] of Object.values(sizes).entries())
    writeFileSync(join(folder, 'files', paths[i] ?? ''), new Uint8Array(size));
  const origin = async (/** @type {Request} */ { url }) =>
    new Response(await readFile(join(folder, 'files', new URL(url).pathname)));
  const edge = createEdgeHandler({ format, origin });
  const { maps, check } = shippedNginx(secret);
  const nginx = await startNginx(folder, `location / { ${check} root files; }`, maps);
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
