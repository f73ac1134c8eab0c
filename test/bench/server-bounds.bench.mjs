import { pathToFileURL } from 'node:url';
import { createEdgeHandler, createSigningEndpoint, azion, signPlaylist } from 'secure-token-server';
import { formats, now, requestWith } from './formats.bench.mjs';
import { median } from './compare.mjs';

const host = 'https://cdn.example.com';
const format = azion({ secret: 'mysecret-of-a-sensible-length' });
const MiB = 1_048_576;

/** Milliseconds of one call: the median of five rounds of at least 50 ms. @param {() => unknown} work */
async function milliseconds(work) {
  await work();
  const rounds = [];
  while (rounds.length < 5) {
    const start = performance.now();
    let calls = 0;
    while (performance.now() - start < 50) {
      await work();
      calls++;
    }
    rounds.push((performance.now() - start) / calls);
  }
  return Number(median(rounds).toFixed(3));
}

/** A URL of 16 kB. @param {string} start @param {string} unit @param {string} end */
const longUrl = (start, unit, end) =>
  start + unit.repeat(Math.ceil((16_384 - start.length - end.length) / unit.length)) + end;
const mux = 'https://stream.mux.com/';
const inName = longUrl(mux, 'playback', '.m3u8');
const inFolders = longUrl(`${host}/vod/`, 'folder/', 'seg.m4s');

/** @param {string} name @param {string} per @param {() => unknown} work */
const row = async (name, per, work) => ({ name, per, ms: await milliseconds(work) });

/** A playlist of 1 MiB, of segments with names of usual length. */
function playlist() {
  let text = '#EXTM3U\n#EXT-X-TARGETDURATION:4\n';
  for (let i = 0; text.length < MiB - 100; i++) text += `#EXTINF:4.000,\nsegment-${i}.m4s\n`;
  return `${text}#EXT-X-ENDLIST\n`;
}

/** Measures what the longest input costs: the time of one request, on this machine. */
export async function run() {
  const rows = [];
  for (const [name, each] of formats) {
    const [url, signed] = name === 'mux' ? [inName, `${mux}playback.m3u8`] : [inFolders, `${host}/vod/seg.m4s`];
    // what a stranger sends: a genuine token, on a URL for which there is none
    const request = requestWith(url, await each.sign(new URL(signed), now + 3000));
    rows.push(await row(`verify: ${name}`, '16 kB URL', () => each.verify(request, now)));
  }
  const edge = createEdgeHandler({ format, origin: () => new Response('x') });
  const { url } = requestWith(inFolders, await format.sign(new URL(inFolders), now + 3000));
  rows.push(await row('edge', '16 kB URL', () => edge(new Request(url))));

  const text = playlist();
  const playlistUrl = `${host}/vod/7/index.m3u8`;
  rows.push(
    await row('signPlaylist', 'MiB of playlist', () =>
      signPlaylist(text, playlistUrl, { format, expires: now + 3000 }),
    ),
  );
  let clockMs = now * 1000;
  const endpoint = createSigningEndpoint({
    format,
    authorize: () => true,
    allow: `${host}/vod/`,
    ttl: 300,
    expand: { fetch: async () => new Response(text) },
    // so that it is read at every call
    clock: () => (clockMs += 2000),
  });
  const headers = { 'Content-Type': 'application/json' };
  const body = JSON.stringify({ urls: [playlistUrl] });
  rows.push(
    await row('expand', 'MiB of playlist', () =>
      endpoint(new Request('https://api/token', { method: 'POST', headers, body })),
    ),
  );
  return rows;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) console.table(await run());
