import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { azion, signUrl } from 'secure-token-server';

const total = 5_000_000;
const samples = 5;
const file = fileURLToPath(import.meta.url);

/** Verifies `total` requests, good and bad, and takes the heap before, on the way and after, each time collected. */
async function measure() {
  const { gc } = globalThis;
  if (!gc) throw new Error('Needs node --expose-gc.');
  const now = Math.floor(Date.now() / 1000);
  const format = azion({ secret: 'mysecret-of-a-sensible-length' });
  const headers = new Headers();
  const good = new URL(await signUrl('https://cdn.example.com/vod/7/seg.m4s', { format, expires: now + 600 })).search;
  let refused = 0;
  const verify = (/** @type {number} */ from, /** @type {number} */ count) => {
    // a path of its own each time: nothing may be remembered of any
    for (let i = from; i < from + count; i++)
      if (!format.verify({ url: `https://cdn.example.com/vod/7/seg${i % 2 ? i : ''}.m4s${good}`, headers }, now).ok)
        refused++;
  };
  const heap = () => {
    gc();
    gc();
    return process.memoryUsage().heapUsed;
  };
  verify(0, 200_000);
  const start = heap();
  const rows = [];
  for (let sample = 0; sample < samples; sample++) {
    verify(200_000 + (sample * total) / samples, total / samples);
    const used = heap();
    rows.push({
      verifications: ((sample + 1) * total) / samples,
      'heap after warm-up, kB': Math.round(start / 1000),
      'heap now, kB': Math.round(used / 1000),
      ratio: Number((used / start).toFixed(3)),
    });
  }
  if (refused !== (total + 200_000) / 2) throw new Error(`refused ${refused}`);
  return rows;
}

/**
 * Measures memory over five million verifications, in a process of its own whose garbage is collected before each look.
 */
export async function run() {
  const { status, stdout } = spawnSync(process.execPath, ['--expose-gc', file], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (status !== 0) throw new Error('The measurement of the memory failed.');
  return Promise.resolve(JSON.parse(stdout));
}

if (file === process.argv[1]) console.log(JSON.stringify(await measure()));
