import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { Agent, createServer, request } from 'node:http';
import { pathToFileURL } from 'node:url';
import { serve } from '@hono/node-server';
import { createSigningEndpoint, azion, signUrl, verifyUrl } from 'secure-token-server';
import { compare, perSecond } from './compare.mjs';

const secret = 'mysecret-of-a-sensible-length';
const format = azion({ secret });
const urls = Array.from({ length: 100 }, (_, i) => `https://cdn.example.com/vod/7/seg${i}.m4s`);

async function verifying() {
  const now = Math.floor(Date.now() / 1000);
  const signed = await Promise.all(
    Array.from({ length: 1000 }, (_, i) =>
      signUrl(`https://cdn.example.com/vod/7/seg${i}.m4s`, { format, expires: now + 60 }),
    ),
  );
  const strings = signed.map((_, i) => `${secret}/vod/7/seg${i}.m4s${now + 60}`);
  return compare(
    'verifyUrl / node:crypto md5 of the same string',
    () => perSecond((i) => verifyUrl(signed[i % 1000] ?? '', { format, now })),
    () =>
      perSecond((i) =>
        createHash('md5')
          .update(strings[i % 1000] ?? '')
          .digest('base64url'),
      ),
  );
}

/** @param {string} body @param {number} port @param {Agent} agent @returns {Promise<string>} */
const post = (body, port, agent) =>
  new Promise((resolve, reject) => {
    const headers = { 'Content-Type': 'application/json', 'Content-Length': body.length };
    request({ port, agent, method: 'POST', path: '/token', headers }, async (response) => {
      let text = '';
      for await (const chunk of response) text += chunk;
      resolve(text);
    })
      .on('error', reject)
      .end(body);
  });

/** @param {number} count URLs a call @param {number} calls a round */
async function answering(count, calls) {
  const body = JSON.stringify({ urls: urls.slice(0, count), reason: 'initial' });
  const endpoint = createSigningEndpoint({
    format,
    authorize: () => true,
    allow: 'https://cdn.example.com/',
    ttl: 300,
  });
  /** @type {import('node:http').Server} */
  const ours = await new Promise((resolve) => {
    const server = serve({ fetch: endpoint, port: 0, hostname: '127.0.0.1' }, () =>
      resolve(/** @type {never} */ (server)),
    );
  });
  const agent = new Agent({ keepAlive: true, maxSockets: 16 });
  const port = (/** @type {import('node:http').Server} */ server) =>
    /** @type {{ port: number }} */ (server.address()).port;
  const answer = await post(body, port(ours), agent);
  const bare = createServer(async (incoming, response) => {
    incoming.resume();
    await once(incoming, 'end');
    response.writeHead(200, { 'Content-Type': 'application/json', 'Cache-Control': 'no-store' }).end(answer);
  });
  await new Promise((resolve) => bare.listen(0, '127.0.0.1', () => resolve(undefined)));
  const load = (/** @type {import('node:http').Server} */ server) => async () => {
    const start = performance.now();
    let left = calls;
    await Promise.all(
      Array.from({ length: 16 }, async () => {
        while (left-- > 0) await post(body, port(server), agent);
      }),
    );
    return (calls * 1000) / (performance.now() - start);
  };
  try {
    return await compare(
      `signing endpoint, ${count} URL${count > 1 ? 's' : ''} a call / bare Node handler of the same bytes`,
      load(ours),
      load(bare),
    );
  } finally {
    agent.destroy();
    ours.close();
    bare.close();
  }
}

/** Operations per second of this package beside those of the least that could do the job. Takes about 10 seconds. */
export async function run() {
  return [await verifying(), await answering(1, 1000), await answering(100, 300)];
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) console.table(await run());
