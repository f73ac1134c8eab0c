import { EdgeVM } from '@edge-runtime/vm';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import * as server from '../../../../packages/server/src/index.ts';
import { edgeAnswers } from '../../../support/edge-answers.ts';
import { startWorker } from '../../../support/frameworks.ts';
import { runsMain, runsRest } from '../../../support/parts.ts';
import { inBun, inDeno } from '../../../support/runtimes.ts';
import { bundleServer } from '../../../support/server-bundle.ts';

const asked: string[] = [];
let left = 0;
const playlists: Readonly<Record<string, string>> = {
  '/vod/master.m3u8': '#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\nlow.m3u8\n',
  '/vod/low.m3u8': '#EXTM3U\n#EXTINF:4,\nseg1.m4s\n#EXT-X-ENDLIST\n',
};
const origin = createServer((request, response) => {
  const path = request.url!.split('?')[0]!;
  if (path === '/vod/moved.m3u8') return response.writeHead(302, { Location: '/vod/low.m3u8' }).end();
  if (playlists[path] !== undefined) return response.end(playlists[path]);
  asked.push(request.url!);
  const { range, 'if-none-match': match } = request.headers;
  response.setHeader('ETag', '"1"');
  if (path === '/vod/none') return response.writeHead(404).end();
  if (path === '/vod/endless') {
    response.write('first');
    return response.on('close', () => left++);
  }
  response.setHeader('Content-Type', 'text/plain');
  response.setHeader('Cache-Control', 'max-age=60');
  if (match === '"1"') return response.writeHead(304).end();
  if (range === 'bytes=2-5') return response.writeHead(206, { 'Content-Range': 'bytes 2-5/10' }).end('2345');
  return response.end('0123456789');
});

let base: string;
let bundle: string;
beforeAll(async () => {
  await new Promise<void>((resolve) => origin.listen(0, '127.0.0.1', resolve));
  base = `http://127.0.0.1:${(origin.address() as AddressInfo).port}/`;
  bundle = await bundleServer();
});
afterAll(() => origin.close());

const open = '* | - | -';
const refused = '* | - | - | no-store | - | - | - | ';
const content = 'max-age=60 | - | "1" | text/plain';
const expected = [
  `genuine | 200 | ${open} | ${content} | 0123456789`,
  `range | 206 | ${open} | max-age=60 | bytes 2-5/10 | "1" | text/plain | 2345`,
  `conditional | 304 | ${open} | ${content} | `,
  `HEAD | 200 | ${open} | ${content} | `,
  `missing | 403 | ${refused}`,
  `signature | 403 | ${refused}`,
  `expired | 410 | ${refused}`,
  `expired, conditional | 410 | ${refused}`,
  `HEAD refused | 403 | ${refused}`,
  'OPTIONS | 204 | * | GET, HEAD, OPTIONS | GET, HEAD, OPTIONS | no-store | - | - | - | ',
  'POST | 405 | * | - | GET, HEAD, OPTIONS | no-store | - | - | - | ',
  `ambiguous path | 403 | ${refused}`,
  `unprotected | 200 | ${open} | ${content} | 0123456789`,
  `not found | 404 | ${open} | - | - | "1" | - | `,
  `stream | 200 | ${open} | - | - | "1" | - | first chunk: first`,
  'expand | vod/master.m3u8,vod/low.m3u8,vod/seg1.m4s',
  'expand, redirected | vod/moved.m3u8',
];

const answers = (): string => `(${edgeAnswers})(server, ${JSON.stringify(base)})`;
const inWorkerd = async (): Promise<unknown> => {
  const worker = startWorker({
    modules: true,
    // it would ask Cloudflare where this machine is
    cf: false,
    compatibilityDate: '2026-04-01',
    script: `${bundle}\nexport default { fetch: async () => Response.json(await ${answers()}) };`,
  });
  try {
    return await (await worker.dispatchFetch('http://worker/')).json();
  } finally {
    await worker.dispose();
  }
};
const runtimes: readonly (readonly [name: string, tags: string[], run: () => unknown])[] = [
  ['Node', [], () => ((0, eval)(edgeAnswers) as (package_: typeof server, origin: string) => unknown)(server, base)],
  ['@edge-runtime/vm', [], () => new EdgeVM({ initialCode: bundle }).evaluate(answers())],
  ['workerd', ['miniflare'], inWorkerd],
  ['Deno', ['deno'], () => inDeno(`${bundle}\n${answers()}`)],
  ['Bun', ['bun'], () => inBun(`${bundle}\n${answers()}`)],
];

describe('createEdgeHandler and createSigningEndpoint, unchanged, say the same', () => {
  for (const [name, tags, run] of runtimes) {
    if (tags.length > 0 ? !runsRest : !runsMain) continue;
    test(`in ${name}`, { tags, timeout: 30_000 }, async () => {
      expect(await run()).toEqual(expected);
      // the origin saw what was let through, without tokens, and the viewer who left the stream ended it
      const seen = [...Array<string>(4).fill('/vod/echo?x=1'), '/free/echo?x=2', '/vod/none', '/vod/endless'];
      expect(asked.splice(0)).toEqual(seen);
      await vi.waitFor(() => expect(left).toBe(1), { timeout: 30_000 });
      left = 0;
    });
  }
});
