import { afterEach, describe, expect, test, vi } from 'vitest';
import { examine } from '../../../packages/cli/src/doctor/doctor.ts';
import { FILM, PAGE, nodeEndpoint } from '../../support/doctor-setups.ts';
import { listen } from '../../support/listen.ts';
import type { Listening } from '../../support/listen.ts';

const now = Math.floor(Date.now() / 1000);
const running: Listening[] = [];
afterEach(async () => {
  vi.unstubAllGlobals();
  await Promise.all(running.splice(0).map((each) => each.close()));
});

async function serve(answer: (request: Request) => Response | Promise<Response>): Promise<string> {
  const listening = await listen(async (request) => answer(request));
  running.push(listening);
  return listening.origin;
}
const playlist = (uri: string): Response =>
  new Response(`#EXTM3U\n#EXTINF:1,\n${uri}\n#EXT-X-ENDLIST\n`, {
    headers: { 'content-type': 'application/vnd.apple.mpegurl' },
  });

describe('another host that a playlist names', () => {
  const MEDIA = '/vod/7/s1.m4s';
  const token = {
    expires: now + 300,
    query: { t: 'QUERY-SECRET' },
    headers: { authorization: 'Bearer HEADER-SECRET' },
    credentials: true,
  };
  const opens = (url: string): object => ({ ...token, url });
  const cookie = { 'set-cookie': 'sid=COOKIE-SECRET; HttpOnly' };

  /** Returns what the other host gets to see of an examination with an endpoint that gives `tokensFor`. */
  async function seenElsewhere(
    tokensFor: (urls: string[], isOfEdge: (url: string) => boolean) => object[],
    headers?: Record<string, string>,
  ): Promise<string> {
    const seen: string[] = [];
    const other = await serve((request) => {
      seen.push(`${new URL(request.url).search} ${JSON.stringify([...request.headers])}`);
      return new Response('m', { status: request.url.includes('?') ? 200 : 403 });
    });
    const edge = await serve(({ headers: sent, url }) =>
      url.includes('QUERY-SECRET') || sent.get('cookie') === 'USER-SECRET'
        ? playlist(other + MEDIA)
        : new Response(null, { status: 403 }),
    );
    const isOfEdge = (url: string): boolean => url.startsWith(edge);
    const endpoint = await serve(nodeEndpoint(({ urls }) => ({ now, tokens: tokensFor(urls, isOfEdge) }), cookie));
    await examine({ url: edge + FILM, page: PAGE, ...(headers ? { headers } : { endpoint: `${endpoint}/token` }) });
    expect(seen.length).toBeGreaterThan(0);
    return seen.join();
  }

  test('gets no token that does not name it, and none of an endpoint that signs anything', async () => {
    const unnamed = await seenElsewhere((urls, isOfEdge) =>
      isOfEdge(urls[0]!) || urls[0]!.includes(MEDIA) ? [token] : [],
    );
    expect(unnamed).not.toContain('SECRET');
    expect(await seenElsewhere((urls) => urls.map(opens))).not.toContain('SECRET');
  });

  test('gets a token that names it, without cookies', async () => {
    const seen = await seenElsewhere((urls) => urls.filter((url) => !url.includes('.invalid')).map(opens));
    expect(seen).toMatch(/QUERY-SECRET.*HEADER-SECRET/);
    expect(seen).not.toContain('COOKIE-SECRET');
  });

  test('gets no header of the viewer', async () => {
    const seen = await seenElsewhere(() => [], { cookie: 'USER-SECRET', authorization: 'USER-SECRET' });
    expect(seen).not.toContain('SECRET');
  });
});

describe('a playlist on a public host', () => {
  /** The URLs that are asked for where a playlist names `named`. */
  async function askedFor(url: string, named: string): Promise<{ asked: string[]; notTried: readonly string[] }> {
    const asked: string[] = [];
    vi.stubGlobal('fetch', (address: string) => {
      asked.push(address);
      return Promise.resolve(playlist(named));
    });
    const { notTried } = await examine({ url });
    return { asked, notTried };
  }

  test.each([
    'http://127.0.0.1/a.ts',
    'http://2130706433/a.ts',
    'http://[::1]/a.ts',
    'http://[::ffff:10.0.0.1]/a.ts',
    'http://[fd00::1]/a.ts',
    'https://10.1.2.3/a.ts',
    'https://172.16.0.1/a.ts',
    'https://192.168.1.1/a.ts',
    'https://169.254.169.254/latest/meta-data',
    'https://localhost/a.ts',
    'https://printer.local./a.ts',
    'https://metadata.google.internal/a.ts',
    'https://intranet/a.ts',
  ])('does not lead the doctor to %s', async (named) => {
    const { asked, notTried } = await askedFor('https://cdn.example.com/a.m3u8', named);
    expect(asked.filter((each) => !each.startsWith('https://cdn.example.com/'))).toEqual([]);
    expect(notTried.join()).toContain('private network');
  });

  test.each(['https://172.32.0.1/a.ts', 'https://cdn2.example.com/a.ts', 'https://[2001:db8::1]/a.ts'])(
    'leads the doctor to %s',
    async (named) => {
      expect((await askedFor('https://cdn.example.com/a.m3u8', named)).asked).toContain(named);
    },
  );

  test('on a private host leads there', async () => {
    const named = 'http://192.168.1.2/a.ts';
    expect((await askedFor('http://192.168.1.1/a.m3u8', named)).asked).toContain(named);
  });
});
