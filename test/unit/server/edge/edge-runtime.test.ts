import { EdgeVM } from '@edge-runtime/vm';
import { beforeAll, describe, expect, test } from 'vitest';
import { bundleServer } from '../../../support/server-bundle.ts';

/** The package bundled for the edge, run where there is nothing but Web standards. */
let evaluate: (code: string) => Promise<unknown>;
beforeAll(async () => {
  const vm = new EdgeVM();
  vm.evaluate(await bundleServer());
  evaluate = (code) => vm.evaluate(`(async () => { ${code} })()`);
});

describe('in @edge-runtime/vm', () => {
  test('there is no Node', async () => {
    expect(await evaluate('return [typeof process, typeof require, typeof Buffer]')).toEqual([
      'undefined',
      'undefined',
      'undefined',
    ]);
  });

  test("signs and verifies the vector of Azion's README", async () => {
    const code = `
      const format = server.azion({ secret: 'mysecret' });
      const url = await server.signUrl('https://h/my/uri', { format, expires: 1470055000 });
      const verdicts = [];
      for (const [tried, now] of [[url, 1470055000], [url, 1470055001], [url.replace('m6', 'm7'), 1470055000]]) {
        const { ok, status, reason } = await server.verifyUrl(tried, { format, now });
        verdicts.push(ok || status + ' ' + reason);
      }
      return [url, ...verdicts];`;
    expect(await evaluate(code)).toEqual([
      'https://h/my/uri?st=m6WCATfRgS_5lcyChCPgrw&e=1470055000',
      true,
      '410 expired',
      '403 signature',
    ]);
  });

  test('the signing endpoint answers tokens that the edge handler accepts', async () => {
    const code = `
      const format = server.azion({ secret: 'mysecret' });
      const allow = 'https://cdn.example/';
      const endpoint = server.createSigningEndpoint({ format, authorize: () => true, allow, ttl: 60 });
      const headers = { 'Content-Type': 'application/x-mpegURL' };
      const edge = server.createEdgeHandler({
        format, signPlaylists: true,
        origin: async (request) => new Response('#EXTM3U\\nseg.ts', { headers }),
      });
      const answer = await (await endpoint(new Request('https://h/token', {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify({ urls: ['https://cdn.example/a.m3u8'] }),
      }))).json();
      const [{ url, query }] = answer.tokens;
      const playlist = await edge(new Request(url + '?' + new URLSearchParams(query)));
      const segment = (await playlist.text()).split('\\n')[1];
      const child = await edge(new Request('https://cdn.example/' + segment, { headers: { Range: 'bytes=0-1' } }));
      const refused = await edge(new Request(url));
      const origins = refused.headers.get('access-control-allow-origin');
      return [playlist.status, child.status, refused.status, origins].join();`;
    expect(await evaluate(code)).toBe('200,200,403,*');
  });
});
