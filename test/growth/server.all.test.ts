import { describe, expect, test } from 'vitest';
import { firewallAnswer } from '../../packages/server/src/azion/firewall-answer.ts';
import {
  createEdgeHandler,
  createSigningEndpoint,
  secureToken,
  signPlaylist,
} from '../../packages/server/src/index.ts';
import type { TokenFormat } from '../../packages/server/src/index.ts';
import { readSigningRequest } from '../../packages/server/src/endpoint/signing-request.ts';
import { expectLinear, repeated } from '../support/growth.ts';
import { HOST, NOW, post } from '../support/signing-endpoint.ts';

const format = secureToken({ secret: 'mysecret', maxTtl: Infinity });
/** Its own cost is small, so that what is measured is what stands around it. */
const cheap: TokenFormat = {
  name: 'cheap',
  scope: 'url',
  sign: (_, expires) => ({ expires, query: { st: 'token', e: String(expires) } }),
  verify: ({ url }) => ({ ok: true, expires: NOW, url }),
};
const playlistUrl = `${HOST}/vod/7/index.m3u8`;
const head = '#EXTM3U\n';
const lines = (length: number, line: (i: number) => string): string => {
  let text = head;
  for (let i = 0; text.length < length; i++) text += `${line(i)}\n`;
  return text;
};

describe('signPlaylist, 1 to 2 MiB', () => {
  const MiB = 1_048_576;
  const asked = '#EXT-X-DEFINE:QUERYPARAM="a"\n';
  const playlists: Record<string, (length: number) => [text: string, url?: string]> = {
    segments: (n) => [lines(n, (i) => `#EXTINF:4,\nsegment${i}.m4s`)],
    'the shortest URIs, below a long query': (n) => [lines(n, () => 'a'), `${playlistUrl}?${'x'.repeat(8000)}`],
    'one URI with its token many times': (n) => [`${head}a?${repeated('st=1&x&', n)}`],
    'an empty variable in one line': (n) => [head + asked + repeated('{$a}', n), `${playlistUrl}?a=`],
    'an empty variable behind a long name': (n) => [
      head + asked + 'x'.repeat(8000) + repeated('{$a}', n),
      `${playlistUrl}?a=`,
    ],
    'an empty variable in every line': (n) => [
      head + asked + repeated(`${'x'.repeat(4000)}${'{$a}'.repeat(1000)}\n`, n),
      `${playlistUrl}?a=`,
    ],
    'variables made of variables': (n) => [lines(n, (i) => `#EXT-X-DEFINE:NAME="v${i + 1}",VALUE="x{$v${i}}"`)],
    'a query of many parameters, asked for many times': (n) => [
      lines(n, () => '#EXT-X-DEFINE:QUERYPARAM="zz"'),
      `${playlistUrl}?${repeated('a=1&', 8000)}zz=1`,
    ],
    'variables that never end': (n) => [head + repeated('{$', n)],
    'URI attributes in one line': (n) => [`${head}#EXT-X-MAP:${repeated('URI="a",', n)}`],
    'attributes of dashes': (n) => [`${head}#EXT-X-MAP:B="${repeated('A-', n)}`],
    'attributes without a value': (n) => [`${head}#EXT-X-MAP:B="${repeated('A=', n)}`],
    'quotes that do not close': (n) => [`${head}#EXT-X-MAP:A="${repeated('"', n - 1)}`],
    'attributes of quotes': (n) => [`${head}#EXT-X-MAP:${repeated('A="', n)}`],
    'a line of spaces, then of letters': (n) => [head + ' '.repeat(n / 2) + 'a'.repeat(n / 2)],
  };
  test.each(Object.entries(playlists))(
    '%s',
    async (_, make) => {
      const work = (length: number): (() => Promise<string>) => {
        const [text, url = playlistUrl] = make(length);
        return () => signPlaylist(text, url, { format: cheap, expires: NOW });
      };
      await expectLinear(work(MiB), work(2 * MiB), work(4 * MiB));
    },
    60_000,
  );
});

describe('signPlaylist, one line of 8 to 16 kB', () => {
  const asked = `${head}#EXT-X-DEFINE:QUERYPARAM="a"\n`;
  const texts: Record<string, (length: number) => string> = {
    'a token many times': (n) => `a?${repeated('st=1&x&', n)}`,
    'attributes without an end': (n) => `#EXT-X-MAP:${repeated('A="', n)}`,
  };
  test.each(Object.entries(texts))('%s', async (_, line) => {
    const work = (length: number): (() => Promise<string>) => {
      const text = asked + line(length);
      return () => signPlaylist(text, `${playlistUrl}?a=`, { format: cheap, expires: NOW });
    };
    await expectLinear(work(8192), work(16_384));
  });
});

test('signPlaylist: an empty variable costs the same, however long the name in front of it is', async () => {
  const work = (length: number): (() => Promise<string>) => {
    const text = `${head}#EXT-X-DEFINE:QUERYPARAM="a"\n${'x'.repeat(length)}${repeated('{$a}', 1_000_000)}`;
    return () => signPlaylist(text, `${playlistUrl}?a=`, { format: cheap, expires: NOW });
  };
  await expectLinear(work(1), work(4000));
  await expectLinear(work(4000), work(8000));
});

describe('expand, 0.5 to 1 MiB, of which no more is read', () => {
  const playlists: Record<string, (i: number) => string> = {
    segments: (i) => `#EXTINF:4,\nsegment${i}.m4s`,
    variants: (i) => `#EXT-X-STREAM-INF:BANDWIDTH=1\n${i}.m3u8`,
    'variants that may not be read': (i) => `#EXT-X-STREAM-INF:BANDWIDTH=1\nhttps://other.example/${i}.m3u8`,
    parts: (i) => `#EXT-X-PART:URI="${i}.mp4"`,
    keys: (i) => `#EXT-X-KEY:URI="${i}.key"\n${i}.m4s`,
    'variables in the name of each segment': (i) => (i === 0 ? '#EXT-X-DEFINE:QUERYPARAM="a"' : 'x{$a}'),
  };
  test.each(Object.entries(playlists))(
    '%s',
    async (_, line) => {
      const work = (length: number): (() => Promise<unknown>) => {
        const text = lines(length, line).slice(0, length);
        const endpoint = createSigningEndpoint({
          format: cheap,
          authorize: () => true,
          allow: `${HOST}/vod/`,
          ttl: 300,
          // forgets what it has read before
          clock: (
            (nowMs) => () =>
              (nowMs += 2000)
          )(NOW * 1000),
          expand: {
            fetch: async (url) =>
              new Response(url.includes('index') ? text : null, { status: url.includes('index') ? 200 : 404 }),
          },
        });
        return async () => {
          expect((await endpoint(post({ urls: [`${playlistUrl}?a=${'x'.repeat(4000)}`] }))).status).toBe(200);
        };
      };
      await expectLinear(work(524_288), work(1_048_576));
    },
    60_000,
  );
});

describe.each([
  ['the edge', 8192],
  ['the firewall', 8192],
])('%s, URLs and headers of 8 to 16 kB', (name, size) => {
  const token = `st=${'A'.repeat(22)}&e=${NOW + 60}`;
  const url = (rest: string): [string, HeadersInit?] => [`${HOST}/vod/${rest}`];
  const header = (name: string, value: string): [string, HeadersInit?] => [
    `${HOST}/vod/a.mp4?${token}`,
    { [name]: value },
  ];
  const requests: Record<string, (length: number) => [string, HeadersInit?]> = {
    'many parameters': (n) => url(`a.mp4?${repeated('a=1&', n)}${token}`),
    'the token many times': (n) => url(`a.mp4?${repeated('st=1&', n)}`),
    'names that are almost the token': (n) => url(`a.mp4?${repeated('%73t%00=&', n)}${token}`),
    ampersands: (n) => url(`a.mp4?${repeated('&', n)}${token}`),
    'a long value': (n) => url(`a.mp4?st=${repeated('A', n)}&e=${NOW + 60}`),
    folders: (n) => url(`${repeated('a/', n)}b.mp4?${token}`),
    slashes: (n) => url(`${repeated('/', n)}b.mp4?${token}`),
    semicolons: (n) => url(`${repeated(';', n)}?${token}`),
    'path parameters': (n) => url(`${repeated('a;b/', n)}?${token}`),
    'pluses and path parameters': (n) => url(`${repeated('a+;b+/', n)}?${token}`),
    'folders named like files': (n) => url(`${repeated('a.b/', n)}?${token}`),
    'folders named like files, with parameters': (n) => url(`${repeated('a.b;/', n)}x?${token}`),
    'folders named like files, with dots': (n) => url(`${repeated('a.b./', n)}x?${token}`),
    'folders named like files, escaped twice': (n) => url(`${repeated('a%252Eb/', n)}x?${token}`),
    'folders named like files, and a query in the path': (n) =>
      url(`${repeated('a%252Eb;/', n - (n % 9))}x%3Fy?${token}`),
    'a path with many readings': (n) => url(`${repeated('a+b%20/', n)}c.d/e;f/%2541/?${token}`),
    'dot segments': (n) => url(`${repeated('a/../', n)}b.mp4?${token}`),
    dots: (n) => url(`${repeated('.', n)}?${token}`),
    'dots and semicolons': (n) => url(`a${repeated('/..;', n)}?${token}`),
    escapes: (n) => url(`${repeated('%61', n - (n % 3))}?${token}`),
    'broken escapes': (n) => url(`${repeated('%e', n)}?${token}`),
    'names of playlists': (n) => url(`${repeated('.m3u8', n)}x?${token}`),
    Referer: (n) => header('Referer', `${HOST}/${repeated('a/', n)}`),
    Cookie: (n) => header('Cookie', repeated('a=1; ', n)),
    'Cookie without values': (n) => header('Cookie', repeated(';', n)),
    Connection: (n) =>
      header(
        'Connection',
        lines(n, (i) => `x${i}`)
          .slice(head.length)
          .trim()
          .replaceAll('\n', ', '),
      ),
    Origin: (n) => header('Origin', repeated('https://a.', n)),
    'Access-Control-Request-Headers': (n) => header('Access-Control-Request-Headers', repeated('a, ', n)),
    'many headers': (n) => [
      `${HOST}/vod/a.mp4?${token}`,
      Object.fromEntries(Array.from({ length: n / 16 }, (_, i) => [`x-${i}`, 'a value'])),
    ],
  };
  const rules = ['/vod/', '/films/'];
  const edge = createEdgeHandler({
    format: cheap,
    origin: async () => new Response('x', { headers: { Vary: repeated(', ', 100) } }),
    protect: rules,
    cors: { origins: ['https://app.example.com'] },
    signPlaylists: true,
  });
  const strict = createEdgeHandler({ format, origin: async () => new Response('x'), protect: rules });
  const args = { secure_token_secret: 'mysecret', rules: rules.map((path) => ({ path })) };
  const answers: Record<string, (request: Request) => unknown> = {
    'the edge': (request) => Promise.all([edge(request), strict(request)]),
    'the firewall': (request) =>
      firewallAnswer({ request, args, respondWith: () => undefined, continue: () => undefined }, NOW * 1000),
  };
  test.each(Object.entries(requests))(
    '%s',
    async (_, make) => {
      const work = (length: number): (() => unknown) => {
        const [target, headers] = make(length);
        const init = { ...(headers && { headers: new Headers(headers) }) };
        return () => answers[name]!(new Request(target, init));
      };
      await expectLinear(work(size), work(2 * size));
    },
    30_000,
  );
});

describe('a hook that denies all it is shown, of paths with many readings', () => {
  const work = (count: number, length: number): (() => unknown) => {
    const path = `/vod/${repeated('t/', length)}`;
    const urls = Array.from({ length: count }, (_, i) => `${HOST}${path}${i}/%2541+b%20c;x/a.a/`);
    const endpoint = createSigningEndpoint({
      format: cheap,
      authorize: (_request, shown) => ({ denied: shown }),
      allow: `${HOST}/vod/`,
      ttl: 300,
      maxUrls: 200,
    });
    return async () => expect((await endpoint(post({ urls }))).status).toBe(403);
  };
  test('50 and 100 URLs', () => expectLinear(work(50, 400), work(100, 400), work(200, 400)), 60_000);
  test('URLs of 500 and 1,000 characters', () => expectLinear(work(20, 500), work(20, 1000), work(20, 2000)), 60_000);
});

describe('the request to the signing endpoint', () => {
  const many = (n: number, url: (i: number) => string): string =>
    JSON.stringify({ urls: Array.from({ length: n / 64 }, (_, i) => url(i)) });
  const bodies: Record<string, (length: number) => string> = {
    'many URLs': (n) => many(n, (i) => `${HOST}/vod/${i}`),
    'one URL many times': (n) => many(n, () => `${HOST}/vod/a`),
    'URLs that are none': (n) => many(n, () => 'https://[/'),
    'a long URL': (n) => JSON.stringify({ urls: [`${HOST}/${repeated('%61', (n - (n % 3)) / 8)}`] }),
    'escaped characters': (n) => `{"urls":["${HOST}/${repeated('\\u0061', (n - (n % 6)) / 16)}"]}`,
    nesting: (n) => `{"urls":${repeated('[', n)}`,
    'nesting that closes': (n) => `{"urls":${'['.repeat(n / 2)}${']'.repeat(n / 2)}}`,
    names: (n) => `{${Array.from({ length: n / 16 }, (_, i) => `"${i}":1`).join()},"urls":["${HOST}/a"]}`,
    'one name many times': (n) => `{${repeated('"urls":1,', n)}"urls":["${HOST}/a"]}`,
    spaces: (n) => `${' '.repeat(n)}{"urls":["${HOST}/a"]}`,
  };
  test.each(Object.entries(bodies))(
    '%s',
    async (_, make) => {
      const work = (length: number) => {
        const body = make(length);
        return () => readSigningRequest(post(body), 10_000).catch(() => undefined);
      };
      await expectLinear(work(65_536), work(131_072));
    },
    30_000,
  );

  test('its type', async () => {
    const work = (length: number) => {
      const request = post('{}', { 'Content-Type': `application/json${' '.repeat(length)}x` });
      return () => readSigningRequest(request, 100).catch(() => undefined);
    };
    await expectLinear(work(8192), work(16_384));
  });
});
