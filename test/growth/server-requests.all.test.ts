import { describe, expect, test, vi } from 'vitest';
import { firewallAnswer } from '../../packages/server/src/azion/firewall.ts';
import { readSigningRequest } from '../../packages/server/src/endpoint/signing-request.ts';
import { createEdgeHandler, createSigningEndpoint, azion } from '../../packages/server/src/index.ts';
import { cheap } from '../support/cheap-format.ts';
import { expectLinear, repeated } from '../support/growth.ts';
import { HOST, NOW, post } from '../support/signing-endpoint.ts';

const format = azion({ secret: 'mysecret', maxTtl: Infinity });

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
    Connection: (n) => header('Connection', Array.from({ length: n / 6 }, (_, i) => `x${i}`).join(', ')),
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
      await expectLinear(work, size);
    },
    30_000,
  );
});

describe('a hook that denies all it is shown, of paths with many readings', () => {
  const work = (count: number, length: number): (() => unknown) => {
    const path = `/vod/${repeated('t/', length)}`;
    const authorize = vi.fn((_request: unknown, shown: readonly string[]) => ({ denied: shown }));
    const endpoint = createSigningEndpoint({
      format: cheap,
      authorize,
      allow: `${HOST}/vod/`,
      ttl: 300,
      maxUrls: 1000,
    });
    let calls = 0;
    return async () => {
      // other URLs in each call: the endpoint remembers how it has read some
      const urls = Array.from({ length: count }, (_, i) => `${HOST}${path}${calls}-${i}/b+c;x/a.a/`);
      calls++;
      expect((await endpoint(post({ urls }))).status).toBe(403);
      expect(authorize.mock.lastCall?.[1].length).toBeGreaterThan(count);
      authorize.mockClear();
    };
  };
  test('50 and 200 URLs', () => expectLinear((count) => work(count, 400), 50), 60_000);
  test('URLs of 500 and 2,000 characters', () => expectLinear((length) => work(20, length), 500), 60_000);
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
      await expectLinear(work, 65_536);
    },
    30_000,
  );

  test('its type', async () => {
    const work = (length: number) => {
      const request = post('{}', { 'Content-Type': `application/json${' '.repeat(length)}x` });
      return () => readSigningRequest(request, 100).catch(() => undefined);
    };
    await expectLinear(work, 8192);
  });
});
