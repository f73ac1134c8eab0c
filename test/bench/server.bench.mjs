import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { Agent, createServer, request } from 'node:http';
import { pathToFileURL } from 'node:url';
import { serve } from '@hono/node-server';
import { createSigningEndpoint, secureToken, signUrl, verifyUrl } from 'secure-token-server';

const secret = 'mysecret-of-a-sensible-length';
const format = secureToken({ secret });
const urls = Array.from({ length: 6 }, (_, i) => `https://cdn.example.com/vod/7/seg${i}.m4s`);
const body = JSON.stringify({ urls, reason: 'initial' });
const rounds = 5;

/** @param {number[]} values */
const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;

/**
 * Runs both sides in turn, several times, so that whatever else the machine does hits both.
 * @param {string} name @param {() => Promise<number>} ours @param {() => Promise<number>} bare
 */
async function compare(name, ours, bare) {
  await ours();
  await bare();
  const [a, b] = /** @type {[number[], number[]]} */ ([[], []]);
  for (let round = 0; round < rounds; round++) {
    a.push(await ours());
    b.push(await bare());
  }
  const ratio = median(a.map((each, i) => each / (b[i] ?? NaN)));
  return { name, ours: Math.round(median(a)), bare: Math.round(median(b)), ratio: Number(ratio.toFixed(2)) };
}

/** @param {(i: number) => unknown} work @returns {Promise<number>} per second */
async function perSecond(work, milliseconds = 300) {
  const start = performance.now();
  let count = 0;
  while (performance.now() - start < milliseconds) {
    for (let i = 0; i < 100; i++) await work(count++);
  }
  return (count / (performance.now() - start)) * 1000;
}

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

/** @param {number} port @param {Agent} agent @returns {Promise<string>} */
const post = (port, agent) =>
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

async function answering() {
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
  const answer = await post(port(ours), agent);
  const bare = createServer(async (incoming, response) => {
    incoming.resume();
    await once(incoming, 'end');
    response.writeHead(200, { 'Content-Type': 'application/json', 'Cache-Control': 'no-store' }).end(answer);
  });
  await new Promise((resolve) => bare.listen(0, '127.0.0.1', () => resolve(undefined)));
  const load = (/** @type {import('node:http').Server} */ server) => async () => {
    const start = performance.now();
    let left = 1000;
    await Promise.all(
      Array.from({ length: 16 }, async () => {
        while (left-- > 0) await post(port(server), agent);
      }),
    );
    return 1_000_000 / (performance.now() - start);
  };
  try {
    return await compare(
      'signing endpoint, 6 URLs a call / bare Node handler of the same bytes',
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
  return [await verifying(), await answering()];
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) console.table(await run());
