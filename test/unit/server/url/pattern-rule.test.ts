import { describe, expect, test } from 'vitest';
import { judgeUrl } from '../../../../packages/server/src/url/judged-url.ts';
import { urlRules } from '../../../../packages/server/src/url/url-rule.ts';

const HOST = 'https://cdn.example.com';
const protects = (rule: RegExp, path: string): boolean => urlRules(rule)(judgeUrl(HOST + path)!);
/** The compiler knows no literal with this flag for Node 20. */
const v = ({ raw }: TemplateStringsArray): RegExp => new RegExp(raw[0]!, 'v');
const refusal = (message: RegExp): unknown =>
  expect.objectContaining({ code: 'ERR_OPTIONS', message: expect.stringMatching(message) });

describe('a pattern that needs a query, which it never sees', () => {
  test.each([
    ...[/\.mp4\?/, /\.m3u8(\?.*)$/, /[?&]premium=1/, /\.mp4[?]/, /[\w?]+$/, /[\]?]x/, /\(\?a/, /\[\?/],
    ...[/\.mp4\x3f/, /\.mp4\u003F/, /\.mp4\u{3f}/u, /\?+/, /\?{1,2}/, /\?|\?x/, new RegExp('\\.mp4\\?')],
    ...[v`\.mp4\?`, v`\.mp4[?&&[!-~]]`, v`[[?]&]a`, v`[\[?]`],
    ...[/(\?|[?#])/, /(?:a|b)\?/, /(?<rest>\?.*)/, /(?:(?:\?)+)/, /a(\?(b)?)c?/, /(?=.*\?)\.mp4/, /(?<=\?)a/],
  ])('is refused: %s', (rule) => {
    const message = /^protect: .* needs a `\?`, but patterns are matched without the query\. In a path, write %3F\.$/;
    expect(() => urlRules(rule)).toThrow(refusal(message));
  });

  test.each([
    ...[/\.mp4(?:\?.*)?$/, /\.mp4(\?|$)/, /\.mp4($|\?)/, /\.mp4(|\?)/, /\.mp4(?:\?|)/, /\.m3u8\?|\.mp4/],
    ...[/\.mp4\??/, /\.mp4\?*$/, /\.mp4\?{0,1}$/, /\.mp4(\?.*){0}$/, /\.mp4([?#].*)?$/, /\.mp4[?#]?$/],
    ...[/^[^?]+\.mp4$/, /^[^?#]*\.mp4/, /(?!.*\?)\.mp4/, /(?<!\?)\.mp4/, /(?=.*mp4)/, /\\?\.mp4/],
    ...[v`\.mp4\??$`, v`[[^?]a]mp4$`, v`\.[[!-~]--[?]]p4`],
    ...[/(?:\.mp4)/, /(?<name>\.mp4)/, /\.mp?4/, /\.mp4??/, /.*?\.mp4/, /\.mp4{1,2}?/, /\.m\x704/],
  ])('is not: %s, which fits without one too', (rule) => {
    expect(protects(rule, '/vod/a.mp4')).toBe(true);
    expect(protects(rule, '/vod/a.jpg')).toBe(false);
  });

  test('a `?` in a path is written as it is escaped', () => {
    expect([protects(/\/what%3F/, '/what%3F/a'), protects(/\/what%3F/, '/what/a?x')]).toEqual([true, false]);
  });
});

describe('a pattern whose host no canonical URL has', () => {
  test.each([
    ...[/^CDN\.example\.com\/vod\//, /^cdn\.Example\.com/, /^[^/]+\.Example\.com\//, /^\w+\.example\.COM$/],
    ...[/^(?<host>cdn|WWW)\.example\.com/, /^(?:CDN\.)?example\.com\//, /^(?:https?:\/\/)?CDN\.example\.com\//],
    ...[/^https?:\/\/(CDN|www)\.example\.com\/vod\//, /^https:\/\/[a-z]+\.example\.coM\//, /^https:\/\/Cdn/],
    ...['^https://CDN[.]example[.]com/', '^m\u00fcnchen\\.de/'].map((source) => new RegExp(source)),
    ...[v`^CDN\.example\.com`, v`^https:\/\/(CDN|[[a-z]--[x]]+)\.example\.com\/`],
    new RegExp('^(?:cdn|m\u00fcnchen)\\.de/', 'i'),
  ])('is refused: %s', (rule) => {
    const message = /^protect: (?:the|a) host .* never matches\. Write it in lower-case ASCII/;
    expect(() => urlRules(rule)).toThrow(refusal(message));
  });

  test.each([
    ...[/^CDN\.example\.com\/vod\//i, /^https:\/\/(CDN|www)\.example\.com\//i, /^[A-Za-z.]+\/vod\//],
    ...[/^[A-Z]?cdn\.example\.com\/vod/, /^(?<Host>cdn)\.example\.com\/vod/, /^cdn\x2Eexample\.com\/vod/],
    ...[/^cdn\.example\.com\/(VOD|vod)\//, /^\/(?:VOD|vod)\//, /^(?:\/VOD|\/vod)\//, /^.*(?:VOD|vod)\//],
    ...[/^\S*(VOD|vod)\//, /^[^ ]*(VOD|vod)/, /^[!-~]+(VOD|vod)/, /^\D+\/(VOD|vod)/, /(?:^|VOD)\/vod/],
    ...[/^https:\/\/[^/]+\/(VOD|vod)\//, /^.+:\/\/.*\/(VOD|vod)\//, /^nowhere$|VOD|vod/, /VOD|vod/],
    ...[
      new RegExp(String.raw`^CDN\.example\.com\/`, 'iv'),
      v`^[\S--[A-Z]]+(VOD|vod)\/`,
      v`^(?<a>cdn)\.example\.com\/(?:\k<a>|VOD|vod)`,
    ],
    ...[/^(?!VOD).*\/vod\//, /^(?=.*VOD|.*vod)/],
  ])('is not: %s, which fits', (rule) => expect(protects(rule, '/vod/a.mp4')).toBe(true));
});

describe('a pattern that names a port, which it never sees', () => {
  test.each([
    ...[
      /^https:\/\/cdn\.example\.com:443/,
      /^https?:\/\/cdn\.example\.com:8443\/vod\//,
      /cdn\.example\.com:443\/vod\//,
    ],
    ...[/^https:\/\/cdn\.example\.com(?::443)\/vod\//, /^https:\/\/(cdn)\.example\.com:443\/vod\//],
    ...[/^(?:https:\/\/cdn\.example\.com:443|https:\/\/b\.example\.com)\/vod\//, /^https:\/\/[^/]+:\d+\/vod/],
    ...[/^cdn\.example\.com:(?:80|8080)\//, /^https:\/\/cdn.example.com:[1-9]\d*\//, /:8443\/vod\//, /^.*:8443\//],
    ...[/^(?:https?:)?\/\/cdn\.example\.com:80\//, /^https?:[/]{2}cdn\.example\.com[:]80/, /^\w+:\/{2}cdn.*:80\//],
    ...[/^https:\/\/a\.example\/|^https:\/\/b\.example:443\//, /^https:\/\/\[2001:db8::1\]:443\//, /^cdn.+\x3a80/],
    ...[
      /^(?=.*:443)/,
      /^(?=.*\/vod\/)cdn\.example\.com:443\//,
      /(?:\/live|cdn\.example\.com:443\/vod)\//,
      v`:[[0-9]--[5]]+\/vod`,
      /:\p{Nd}+\/vod/u,
    ],
    new RegExp('^https://cdn.example.com:8443/vod/'),
    ...[
      /^https:\/\/cdn\.example\.com:[^/]+\/vod\//,
      /^cdn\.example\.com:\w+\/vod\//,
      /^https:\/+cdn\.example\.com:8443\/vod\//,
    ],
  ])('is refused: %s', (rule) => {
    expect(() => urlRules(rule)).toThrow(refusal(/^protect: .* scheme and port are not compared\. Leave the port out/));
  });

  test.each([
    ...[/^https:\/\/cdn\.example\.com(?::8443)?\/vod\//, /^cdn\.example\.com(:\d+)?\//, /^[^/]+(?::80|:443|)\/vod/],
    ...[/^cdn\.example\.com:?\d*\/vod\//, /^cdn\.example\.com:{0,1}\d*\//, /^https?:\/\/[^/:]+\/vod\//],
    ...[/\/vod\/mp4:7\.mp4$/, /^\/vod\/\w+:7/, /(?:^|\/)mp4:7/, /^https:\/\/[^/]+\/vod\/mp4:\d/, /\/.*:7/],
    ...[/^(?!https:\/\/cdn\.example\.com:8443\/)/, /mp4:[a-z\d]+\.mp4/, /(?:\/|:)(?:mp4|\d)/, /[/]mp4[:]7/],
  ])('is not: %s, which fits', (rule) => expect(protects(rule, '/vod/mp4:7.mp4')).toBe(true));

  test('an IPv6 address is no port', () => {
    const rule = urlRules(/^https:\/\/\[2001:db8::1\]\/vod\//);
    expect(rule(judgeUrl('https://[2001:db8::1]:8443/vod/a')!)).toBe(true);
  });
});

describe('a pattern with a dot at the end of the host, where no canonical URL has one', () => {
  test.each([
    ...[/^https:\/\/cdn\.example\.com\.\/vod\//, /cdn\.example\.com[.]\/vod\//, /^cdn\.example\.(?:com\.)\//],
    ...[/^https:\/\/[^/]+\.\/vod\//, /^(?:a\.example|cdn\.example\.com\.\/)/, v`^cdn\.example\.com\x2e\/`],
  ])('is refused: %s', (rule) => {
    expect(() => urlRules(rule)).toThrow(refusal(/^protect: .* has a dot at the end of the host, .*\. Leave it out/));
  });

  test.each([
    /^https:\/\/cdn\.example\.com\.?\/vod\./,
    /^[^/]+(?:\.)?\/vod/,
    /\/vod\.\//,
    /^.*\/vod\.\//,
    /^cdn.*.\/vod/,
  ])('is not: %s, which fits', (rule) => expect(protects(rule, '/vod./a.mp4')).toBe(true));
});

describe('a pattern with an escape', () => {
  test.each([/^\/v%6Fd\//, /^\/v%6fd\//i, /^\/a%c3%ad/, /^\/100%2f/i])(
    'is refused where no path as it is compared has it: %s',
    (rule) => {
      expect(() => urlRules(rule)).toThrow(refusal(/^protect: (%[\da-f]{2})+ never matches\. Write /i));
    },
  );

  test.each([
    [/%3F/, '/what%3F.mp4'],
    [/%3f/i, '/what%3F.mp4'],
    [/a%C3%AD/, '/a%C3%AD.mp4'],
    [/a%c3%ad/i, '/a%C3%AD.mp4'],
    [/100%25/, '/100%25.mp4'],
  ])('fits where one has it: %s', (rule, path) => {
    expect(protects(rule, path)).toBe(true);
  });
});
