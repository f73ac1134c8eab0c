import { pathToFileURL } from 'node:url';
import { createTokenSource } from 'secure-token-core';
import { hlsOrDash } from 'secure-token-core/playlists';

/**
 * A viewer on a clock of their own: how often does the plugin call the signing endpoint?
 * @param {(urls: readonly string[], now: number) => import('secure-token-core').Token[]} mint
 */
function simulate(mint) {
  let clock = Date.UTC(2026, 0, 1);
  const count = { calls: 0, urls: 0, requests: 0 };
  const source = createTokenSource({
    clock: () => clock,
    getTokens: ({ urls }) => {
      count.calls++;
      count.urls += urls.length;
      return Promise.resolve(mint(urls, clock / 1000));
    },
  });
  return {
    count,
    source,
    /** @param {string} url */
    async request(url) {
      count.requests++;
      if (!source.signNow(url)) await source.sign(url);
      // lets renewals in the background land
      await new Promise((resolve) => setImmediate(resolve));
    },
    /** @param {number} seconds */
    advance: (seconds) => {
      clock += seconds * 1000;
    },
  };
}

/** Plays two hours of film in segments of 4 s, with a token of 60 s for every URL. */
async function film() {
  const viewer = simulate((urls, now) => urls.map((url) => ({ url, expires: now + 60, query: { st: 'a', e: 'b' } })));
  const segments = Array.from({ length: 1800 }, (_, i) => `https://cdn.example.com/vod/7/s${i}.m4s`);
  const text = `#EXTM3U\n${segments.map((url) => `#EXTINF:4,\n${url}`).join('\n')}\n#EXT-X-ENDLIST`;
  viewer.source.learn('https://cdn.example.com/vod/7/media.m3u8', hlsOrDash(text));
  for (const url of segments) {
    await viewer.request(url);
    viewer.advance(4);
  }
  viewer.source.destroy();
  return viewer.count;
}

/** 24 hours of live: a playlist and a segment every 4 s under one prefix token of five minutes. */
async function live() {
  const prefix = 'https://cdn.example.com/live/';
  const viewer = simulate((_, now) => [{ prefix, expires: now + 300, query: { t: String(now) } }]);
  for (let i = 0; i < (24 * 3600) / 4; i++) {
    await viewer.request(`${prefix}media.m3u8`);
    await viewer.request(`${prefix}s${i}.m4s`);
    viewer.advance(4);
  }
  viewer.source.destroy();
  return viewer.count;
}

/** Calls to the signing endpoint in two long sessions. */
export async function run() {
  const rows = { 'film of 2 h, a token per URL': await film(), 'live for 24 h, prefix token of 5 min': await live() };
  return Object.entries(rows).map(([name, { calls, urls, requests }]) => ({
    name,
    calls,
    'URLs signed': urls,
    requests,
    'requests per call': Number((requests / calls).toFixed(1)),
  }));
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) console.table(await run());
