import { describe, expect, test, vi } from 'vitest';
import { readFirewallArgs } from '../../../../packages/server/src/azion/firewall.ts';
import { createEdgeHandler, createSigningEndpoint, azion } from '../../../../packages/server/src/index.ts';
import { judgeUrl } from '../../../../packages/server/src/url/judged-url.ts';
import { urlRules } from '../../../../packages/server/src/url/url-rule.ts';
import type { UrlRule } from '../../../../packages/server/src/url/url-rule.ts';

const HOST = 'https://cdn.example.com';
/** Judges a request as the edge does, which refuses what has no single reading and asks the rules about the rest. */
const isOpen = (rule: UrlRule | readonly UrlRule[], url: string): boolean => {
  const judged = judgeUrl(url);
  return judged !== undefined && !urlRules(rule)(judged);
};
const hosts = [HOST, `${HOST}.`, 'http://cdn.example.com:8080', 'https://CDN.example.com'];

describe('a rule protects what its author sees in it', () => {
  test.each<[UrlRule, string[]]>([
    ['/vod/', ['/vod', '/vod/', '/vod/x', '/%76od/x', '/x/../vod/x']],
    ['/films [4k]/', ['/films [4k]/x', '/films%20%5B4k%5D/x', '/f%69lms%20%5b4k]/x']],
    ['/%76od/', ['/vod/x']],
    ['/v%c3%addeos/', ['/v\u00eddeos/x', '/v%C3%ADdeos/x', '/vi%CC%81deos/x']],
    ['/my+film/', ['/my+film/x', '/my%20film/x', '/my%2Bfilm/x']],
    ['/my film/', ['/my+film/x', '/my%20film/x']],
    ['/100%25/', ['/100%25/x']],
    ['/film.mp4', ['/film.mp4', '/film.mp4/', '/film.mp4/x']],
    [/\.mp4$/, ['/x.mp4', '/x.%6dp4', '/a/x.mp4/']],
    [/\.mp4$/gi, ['/x.mp4', '/y.MP4']],
    [/\/films \[4k\]\//, ['/films%20[4k]/x', '/films%20%5B4k%5D/x']],
    [/^\/vod\//, ['/vod/x']],
    [/^cdn\.example\.com\/vod\//, ['/vod/x']],
    [/^https:\/\/cdn\.example\.com\/vod\//, ['/vod/x']],
    [/^http:\/\/cdn\.example\.com\/vod\//, ['/vod/x']],
    [/\/caf\u00e9\//, ['/caf%C3%A9/x', '/cafe%CC%81/x']],
    [({ pathname }) => pathname.startsWith('/films%20[4k]/'), ['/films%20[4k]/x', '/films%20%5B4k%5D/x']],
    [({ pathname }) => pathname.startsWith('/films%20%5B4k%5D/'), ['/films%20[4k]/x']],
    [({ pathname }) => pathname.endsWith('.mp4'), ['/x.mp4', '/x.mp4/']],
    [({ pathname }) => !pathname.startsWith('/public/'), ['/vod/x', '/x/../vod/x']],
    [({ href }) => href.startsWith('https://cdn.example.com/vod/'), ['/vod/x']],
    ['https://cdn.example.com/vod/', ['/vod/x']],
    ['HTTP://CDN.example.com.:81/%76od', ['/vod/x']],
  ])('%s', (rule, paths) => {
    for (const host of hosts) expect(paths.filter((path) => isOpen(rule, host + path))).toEqual([]);
    expect(isOpen(rule, `${HOST}/public/other.jpg`)).toBe(true);
  });

  test.each<[UrlRule, string[]]>([
    ['/vod/', ['/', '/vodka/x', '/VOD/x', '/x/vod/']],
    [/\/vod\//, ['/', '/vodka/x', '/VOD/x']],
    ['/canal+/', ['/canal/x']],
    ['/canal/', ['/canal+/x']],
    ['https://cdn.example.org/vod/', ['/vod/x']],
    ['https://[::1]/vod/', ['/vod/x']],
    [/[^/]$/, ['/']],
    [/^(?!\/public\/|\w|https?:)/, ['/public/x']],
    [({ pathname }) => !pathname.startsWith('/public/'), ['/public/x.mp4']],
    // what a server makes of a path behind a file is not known to patterns and functions
    [/\.mp4$/, ['/x.mp4/y']],
    [/\/my film\//, ['/my+film/x']],
  ])('%s leaves %j open', (rule, paths) => {
    for (const path of paths) expect(isOpen(rule, HOST + path), path).toBe(true);
  });

  test('a function sees the canonical URL without its port and its query', () => {
    const rule = vi.fn((url: URL) => url.pathname === '/nowhere');
    expect(isOpen(rule, 'https://CDN.example.com.:8443/%76od/a?b=1')).toBe(true);
    expect(rule.mock.calls[0]?.[0].href).toBe(`${HOST}/vod/a`);
    expect(rule.mock.calls.every(([{ port, search }]) => port + search === '')).toBe(true);
  });

  test('a function that forgets to return protects', () => {
    expect(isOpen((() => undefined) as never, `${HOST}/vod/a`)).toBe(false);
    expect(isOpen(() => false, `${HOST}/vod/a`)).toBe(true);
  });
});

describe('a rule that would protect something else than it says is refused where it is written', () => {
  test.each([
    ...['/vod/*', '*', '/*.mp4', 'https://*.example.com/vod/'],
    ...['/100%/', '/%zz/', '/%ff/', '/vod%2Fx/', '//vod/', '/vod//x', '/vod%5Cx', '/vod\\x/', '/a%00b/', '/..;/vod'],
    ...['/vod;x/', '/vod./', '/vod%20/', '/%2576od/', '/a%3Fb/', '/vod/free,../', '/vi\u0301deos/'],
    ...['/vod/../live/', '/./vod/', '/vod/%2e%2e/', '/vod/.%2E', '/vod/..'],
    ...['/vod/?x', '/vod/#x', 'https://cdn.example.com/vod/?st=1'],
    ...['vod/', './vod/', '', ' /vod/', '/vod/ ', '/vo\td/', '/vod/\n', '/\ud800/'],
    ...['cdn.example.com/vod/', '//cdn.example.com/vod/', 'ftp://cdn.example.com/vod/', 'https:cdn.example.com'],
    ...['https:///vod/', 'https://user:pw@cdn.example.com/', 'https://cdn.example.com../vod/', 'https://a..b/'],
    ...['https://a.example.com,b.example.com/', 'https://{cdn,www}.example.com/', 'https://$host/'],
    ...[/\/%40user\//, /%76od/, /a%2Fb/, /^vod\//, /^vod$/, /^cdn\.example\.com$/],
    ...[null, 7, {}, ['/vod/', 7], [null], true, []],
  ])('%j', (rule) => {
    const options = { format: azion({ secret: 's' }), origin: HOST, protect: rule as UrlRule };
    expect(() => createEdgeHandler(options)).toThrow(
      expect.objectContaining({ code: 'ERR_OPTIONS', message: expect.stringMatching(/^protect: /) as string }),
    );
  });

  test('what may be secret in it is not quoted', () => {
    for (const rule of ['https://user:pw@cdn.example.com/', '/vod/?st=pw', '/vod/*?pw#pw'])
      expect(() => urlRules(rule)).toThrow(
        expect.objectContaining({ message: expect.not.stringContaining('pw') as string }),
      );
  });

  test('and so is a prefix of `allow`, and a host of the Azion file or of `cors`', () => {
    const format = azion({ secret: 's' });
    for (const host of ['a.example.com,b.example.com', '{cdn,www}.example.com', 'a=b.test']) {
      const allow = `https://${host}/vod/`;
      expect(() => createSigningEndpoint({ format, authorize: () => true, ttl: 60, allow })).toThrow(/^allow: /);
      expect(() => readFirewallArgs({ secure_token_secret: 's', rules: [{ host }] })).toThrow(/^rules\.host: /);
      const cors = { origins: [`https://${host}`] };
      expect(() => createEdgeHandler({ format, origin: HOST, cors })).toThrow(/^cors\.origins: /);
    }
    for (const allow of ['/vod/', `${HOST}/vod/*`, `${HOST}/vod;x/`, []])
      expect(() => createSigningEndpoint({ format, authorize: () => true, ttl: 60, allow })).toThrow(/^allow: /);
  });

  test.each(['cdn.example.com', 'CDN.example.com.', 'my_cdn-1.example', 'b\u00fccher.example', '203.0.113.9'])(
    '%s is a host',
    (host) => {
      expect(() => urlRules(`https://${host}/vod/`)).not.toThrow();
      expect(() => readFirewallArgs({ secure_token_secret: 's', rules: [{ host }] })).not.toThrow();
    },
  );
});
