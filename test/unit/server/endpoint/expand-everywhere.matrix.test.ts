import { EdgeVM } from '@edge-runtime/vm';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import * as server from '../../../../packages/server/src/index.ts';
import { startWorker } from '../../../support/frameworks.ts';
import { runsMain, runsRest } from '../../../support/parts.ts';
import { inBun, inDeno } from '../../../support/runtimes.ts';
import { bundleServer } from '../../../support/server-bundle.ts';

const origin = createServer(({ url }, response) => {
  const path = url?.split('?')[0];
  if (path === '/vod/master.m3u8') return response.end('#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\nlow.m3u8\n');
  if (path === '/vod/low.m3u8') return response.end('#EXTM3U\n#EXTINF:4,\nseg1.m4s\n#EXT-X-ENDLIST\n');
  return response.writeHead(302, { Location: '/vod/low.m3u8' }).end();
});

let base: string;
let bundle: string;
beforeAll(async () => {
  await new Promise<void>((resolve) => origin.listen(0, '127.0.0.1', resolve));
  base = `http://127.0.0.1:${(origin.address() as AddressInfo).port}`;
  bundle = await bundleServer();
});
afterAll(() => origin.close());

/** Asks the signing endpoint for a playlist and for one that redirects; run as it is in each runtime. */
const run = `async (server, base) => {
  const endpoint = server.createSigningEndpoint({
    format: server.azion({ secret: 'mysecret' }),
    allow: base + '/vod/',
    ttl: 60,
    authorize: () => true,
    expand: true,
  });
  const ask = async (path) => {
    const body = JSON.stringify({ urls: [base + path] });
    const headers = { 'Content-Type': 'application/json' };
    const answer = await endpoint(new Request('https://app.example/token', { method: 'POST', headers, body }));
    return (await answer.json()).tokens.map(({ url }) => url.slice(base.length)).join();
  };
  return [await ask('/vod/master.m3u8'), await ask('/vod/moved.m3u8')];
}`;
const expected = ['/vod/master.m3u8,/vod/low.m3u8,/vod/seg1.m4s', '/vod/moved.m3u8'];

if (runsMain)
  describe('expand reads playlists, and follows no redirect,', () => {
    test('in Node', async () => {
      const ask = (0, eval)(run) as (package_: typeof server, base: string) => Promise<string[]>;
      expect(await ask(server, base)).toEqual(expected);
    });

    test('in @edge-runtime/vm', async () => {
      const vm = new EdgeVM({ initialCode: bundle });
      expect(await vm.evaluate(`(${run})(server, ${JSON.stringify(base)})`)).toEqual(expected);
    });
  });

if (runsRest)
  describe('expand reads playlists, and follows no redirect,', () => {
    test('in workerd', { tags: ['miniflare'], timeout: 30_000 }, async () => {
      const worker = startWorker({
        modules: true,
        // it would ask Cloudflare where this machine is
        cf: false,
        compatibilityDate: '2026-04-01',
        script: `${bundle}
        const run = ${run};
        export default { fetch: async () => Response.json(await run(server, ${JSON.stringify(base)})) };`,
      });
      try {
        expect(await (await worker.dispatchFetch('http://worker/')).json()).toEqual(expected);
      } finally {
        await worker.dispose();
      }
    });

    test('in Deno', { tags: ['deno'], timeout: 30_000 }, async () => {
      expect(await inDeno(`${bundle}\n(${run})(server, ${JSON.stringify(base)})`)).toEqual(expected);
    });

    test('in Bun', { tags: ['bun'], timeout: 30_000 }, async () => {
      expect(await inBun(`${bundle}\n(${run})(server, ${JSON.stringify(base)})`)).toEqual(expected);
    });
  });
