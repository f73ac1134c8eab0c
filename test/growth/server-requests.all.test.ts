import { describe, test } from 'vitest';
import { firewallAnswer } from '../../packages/server/src/azion/firewall.ts';
import { readSigningRequest } from '../../packages/server/src/endpoint/signing-request.ts';
import { azion, createEdgeHandler } from '../../packages/server/src/index.ts';
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
    ampersands: (n) => url(`a.mp4?${repeated('&', n)}${token}`),
    'a long value': (n) => url(`a.mp4?st=${repeated('A', n)}&e=${NOW + 60}`),
    folders: (n) => url(`${repeated('a/', n)}b.mp4?${token}`),
    slashes: (n) => url(`${repeated('/', n)}b.mp4?${token}`),
    'path parameters': (n) => url(`${repeated('a;b/', n)}?${token}`),
    'dot segments': (n) => url(`${repeated('a/../', n)}b.mp4?${token}`),
    escapes: (n) => url(`${repeated('%61', n - (n % 3))}?${token}`),
    'broken escapes': (n) => url(`${repeated('%e', n)}?${token}`),
    'names of playlists': (n) => url(`${repeated('.m3u8', n)}x?${token}`),
    Referer: (n) => header('Referer', `${HOST}/${repeated('a/', n)}`),
    Cookie: (n) => header('Cookie', repeated('a=1; ', n)),
    Connection: (n) => header('Connection', Array.from({ length: n / 6 }, (_, i) => `x${i}`).join(', ')),
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
