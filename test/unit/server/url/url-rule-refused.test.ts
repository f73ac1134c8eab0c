import { describe, expect, test } from 'vitest';
import { urlRules } from '../../../../packages/server/src/url/url-rule.ts';
import type { UrlRule } from '../../../../packages/server/src/url/url-rule.ts';

describe('a rule that would protect something else than it says is refused where it is written', () => {
  test.each([
    ...['/vod/*', '*', '/*.mp4', 'https://*.example.com/vod/', '/vod/**'],
    ...[
      '/100%/',
      '/%zz/',
      '/%ff/',
      '/vod%2Fx/',
      '//vod/',
      '/vod//x',
      '/vod%5Cx',
      '/vod\\x/',
      '\\vod\\',
      '/a%00b/',
      '/..;/vod',
    ],
    ...['/vod/../live/', '/./vod/', '/vod/%2e%2e/', '/vod/.%2E', '/vod/..'],
    ...['/vod/?x', '/vod/#x', 'https://cdn.example.com/vod/?st=1', 'https://cdn.example.com/#/vod/'],
    ...['vod', 'vod/', './vod/', '', ' /vod/', '/vod/ ', '/vo\td/', '/vod/\n', '/\ud800/'],
    ...[
      'cdn.example.com/vod/',
      'cdn.example.com:443/vod/',
      '//cdn.example.com/vod/',
      'ftp://cdn.example.com/vod/',
      'javascript:1',
    ],
    ...[
      'https:cdn.example.com',
      'https:///vod/',
      'https://user:pw@cdn.example.com/',
      'https://cdn.example.com../vod/',
      'https://a..b/',
    ],
    ...[null, 7, {}, ['/vod/', 7], [null], true, []],
  ])('%j', (rule) => {
    expect(() => urlRules(rule as UrlRule)).toThrow(
      expect.objectContaining({ code: 'ERR_OPTIONS', message: expect.stringMatching(/^protect: /) }),
    );
  });

  test.each([
    [/\/%40user\//, '@'],
    [/\/a%3Bb\//, ';'],
    [/it%27s/, "'"],
    [/\/caf%c3%a9\//, '%C3%A9'],
    [/%76od/, 'v'],
    [/a%2Fb/, '/'],
    [/%zz|%ff/, 'the character itself'],
  ])('a pattern for an escape that no canonical URL holds: %s', (rule, remedy) => {
    expect(() => urlRules(rule)).toThrow(
      expect.objectContaining({
        code: 'ERR_OPTIONS',
        message: expect.stringMatching(new RegExp(`^protect: .* never matches\\. Write ${remedy}\\.$`)),
      }),
    );
  });

  test.each([
    /^https:\/\/CDN\.example\.com\/vod\//,
    /^https?:\/\/cdn\.Example\.com\//,
    new RegExp('^https://m\u00fcnchen\\.de/'),
  ])('a pattern for a host that no canonical URL has: %s', (rule) =>
    expect(() => urlRules(rule)).toThrow(/^protect: the host .* never matches/),
  );

  test.each([
    /^https:\/\/CDN\.example\.com\/vod\//i,
    /^https:\/\/[A-Za-z]+\.example\.com\//,
    /^https:\/\/[^/]+\/vod\//,
  ])('but not %s', (rule) => expect(() => urlRules(rule)).not.toThrow());

  test('what may be secret in it is not quoted', () => {
    for (const rule of ['https://user:pw@cdn.example.com/', '/vod/?st=pw', '/vod/*?pw#pw']) {
      expect(() => urlRules(rule)).toThrow(expect.objectContaining({ message: expect.not.stringContaining('pw') }));
    }
  });
});
