import { describe, expect, test } from 'vitest';
import { readFirewallArgs } from '../../../../packages/server/src/azion/firewall.ts';
import { createEdgeHandler, createSigningEndpoint, azion } from '../../../../packages/server/src/index.ts';
import { judgeUrl } from '../../../../packages/server/src/url/judged-url.ts';
import { pathRules } from '../../../../packages/server/src/url/prefixes.ts';

const HOST = 'https://cdn.example.com';
const format = azion({ secret: 's' });
/** Judges a request as the edge does, which refuses what has no single reading and asks the rules about the rest. */
const isOpen = (rules: string | readonly string[], url: string): boolean => {
  const judged = judgeUrl(url);
  return judged !== undefined && !pathRules(rules)(judged);
};
const hosts = [
  HOST,
  `${HOST}.`,
  'http://cdn.example.com:8080',
  'https://CDN.example.com',
  'http://10.0.0.5',
  'http://x',
];

describe('a path protects what its author sees in it, on every host', () => {
  test.each<[string | readonly string[], string[]]>([
    ['/', ['/', '/x', '/x/y']],
    ['/vod/', ['/vod', '/vod/', '/vod/x', '/%76od/x', '/x/../vod/x']],
    [
      ['/live/', '/vod/'],
      ['/vod/x', '/live/x'],
    ],
    ['/films [4k]/', ['/films [4k]/x', '/films%20%5B4k%5D/x', '/f%69lms%20%5b4k]/x']],
    ['/%76od/', ['/vod/x']],
    ['/v%c3%addeos/', ['/v\u00eddeos/x', '/v%C3%ADdeos/x', '/vi%CC%81deos/x']],
    ['/my+film/', ['/my+film/x', '/my%20film/x', '/my%2Bfilm/x']],
    ['/my film/', ['/my+film/x', '/my%20film/x']],
    ['/100%25/', ['/100%25/x']],
    ['/What%3F/', ['/What%3F/x', '/What%3f/x']],
    // a server that decodes twice ends the path in front of a `?` or `#`
    ['/film.mp4', ['/film.mp4', '/film.mp4/', '/film.mp4/x', '/film.mp4%3Fx', '/film.mp4%23', '/film.mp4.+%3Fx']],
    ['/vod/', ['/vod%3Fx', '/vod%23/x']],
  ])('%j', (rules, paths) => {
    for (const host of hosts) expect(paths.filter((path) => isOpen(rules, host + path))).toEqual([]);
    if (rules !== '/') expect(isOpen(rules, `${HOST}/public/other.jpg`)).toBe(true);
  });

  test.each<[string, string[]]>([
    ['/vod/', ['/', '/vodka/x', '/VOD/x', '/x/vod/', '/x%3F/vod/']],
    ['/canal+/', ['/canal/x']],
    ['/canal/', ['/canal+/x']],
  ])('%s leaves %j open', (rule, paths) => {
    for (const path of paths) expect(isOpen(rule, HOST + path), path).toBe(true);
  });
});

describe('a rule that would protect something else than it says is refused where it is written', () => {
  const create = (protect: unknown) => () => createEdgeHandler({ format, origin: HOST, protect } as never);
  const refusal = (message: unknown) => expect.objectContaining({ code: 'ERR_OPTIONS', message }) as Error;

  test.each([
    '/vod/*',
    '/*.mp4',
    '/100%/',
    '/%zz/',
    '/%ff/',
    '/vod%2Fx/',
    '/vod//x',
    '/vod%5Cx',
    '/vod\\x/',
    '/a%00b/',
    '/..;/vod',
    '/vod;x/',
    '/vod./',
    '/vod%20/',
    '/%2576od/',
    '/vod/free,../',
    '/vi\u0301deos/',
    '/..%3Fx/',
    '/vod/../live/',
    '/./vod/',
    '/vod/%2e%2e/',
    '/vod/.%2E',
    '/vod/..',
    '/vod/?x',
    '/vod/#x',
    '/vod/ ',
    '/vod/\n',
    '/\ud800/',
    '*',
    '',
    ' /vod/',
    'vo\td/',
    null,
    7,
    {},
    ['/vod/', 7],
    [null],
    true,
    [],
  ])('%j', (rule) => {
    expect(create(rule)).toThrow(refusal(expect.stringMatching(/^protect: /)));
  });

  test.each<[unknown, string]>([
    ['https://cdn.example.com/vod/', '/vod/'],
    ['HTTP://CDN.example.com.:81/vod', '/vod'],
    ['https://*.example.com/vod/*', '/vod/'],
    ['http://10.0.0.5/vod/', '/vod/'],
    ['https://cdn.example.com', '/'],
    ['//cdn.example.com/vod/', '/vod/'],
    ['cdn.example.com/vod/', '/vod/'],
    ['ftp://cdn.example.com/vod/', '/vod/'],
    [new URL('https://cdn.example.com/vod/?st=1'), '/vod/'],
    ['vod/', '/vod/'],
    ['./vod/', '/vod/'],
    [['/live/', 'https://cdn.example.com/vod/'], '/vod/'],
    // a pattern and a function protected nothing if they met nothing
    [/^https:\/\/cdn\.example\.com\/vod\//, '/vod/'],
    [/^(?:vod|live)\/.*\.ts$/, '/vod/'],
    [({ hostname }: URL) => hostname === 'live.example.com', '/vod/'],
  ])('%s: the error says which path to write', (rule, path) => {
    const message = expect.stringContaining(`Write a path that begins with '/', such as '${path}'.`);
    expect(create(rule)).toThrow(refusal(message));
  });

  test('what may be secret in it is not quoted', () => {
    for (const rule of ['https://user:pw@cdn.example.com/', '/vod/?st=pw', '/vod/*?pw#pw', 'https://cdn/vod/?st=pw'])
      expect(create(rule)).toThrow(refusal(expect.not.stringContaining('pw')));
  });

  test('and so is a prefix of `allow`, and a host of the Azion file or of `cors`', () => {
    for (const host of ['a.example.com,b.example.com', '{cdn,www}.example.com', 'a=b.test']) {
      const allow = `https://${host}/vod/`;
      expect(() => createSigningEndpoint({ format, authorize: () => true, ttl: 60, allow })).toThrow(/^allow: /);
      expect(() => readFirewallArgs({ secure_token_secret: 's', rules: [{ host }] })).toThrow(/^rules\.host: /);
      const cors = { origins: [`https://${host}`] };
      expect(() => createEdgeHandler({ format, origin: HOST, cors })).toThrow(/^cors\.origins: /);
    }
    for (const allow of ['/vod/', `${HOST}/vod/*`, `${HOST}/vod;x/`, []])
      expect(() => createSigningEndpoint({ format, authorize: () => true, ttl: 60, allow })).toThrow(/^allow: /);
    for (const path of ['/vod/*', '/vod/?x', '/vod;x/', 'vod/'])
      expect(() => readFirewallArgs({ secure_token_secret: 's', rules: [{ path }] })).toThrow(/^rules\.path: /);
  });

  test.each(['cdn.example.com', 'CDN.example.com.', 'my_cdn-1.example', 'b\u00fccher.example', '203.0.113.9'])(
    '%s is a host',
    (host) => {
      const allow = `https://${host}/vod/`;
      expect(() => createSigningEndpoint({ format, authorize: () => true, ttl: 60, allow })).not.toThrow();
      expect(() => readFirewallArgs({ secure_token_secret: 's', rules: [{ host }] })).not.toThrow();
    },
  );
});
