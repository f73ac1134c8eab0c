import { describe, expect, test } from 'vitest';
import { judgeUrl } from '../../../packages/server/src/url/judged-url.ts';
import { urlRules } from '../../../packages/server/src/url/url-rule.ts';

const HOST = 'https://cdn.example.com';
const protects = (rule: RegExp, path: string): boolean => urlRules(rule)(judgeUrl(HOST + path)!);

describe('a pattern that needs a query, which it never sees', () => {
  test.each([
    ...[/\.mp4\?/, /\.m3u8(\?.*)$/, /[?&]premium=1/, /\.mp4[?]/, /\.mp4\x3f/, /\.mp4\u003F/, /\.mp4\u{3f}/u, /\?+/, /\?{1,2}/],
    ...[/(\?|[?#])/, /(?:a|b)\?/, /(?<rest>\?.*)/, /(?=.*\?)\.mp4/, /(?<=\?)a/, /(?:(?:\?)+)/, /a(\?(b)?)c?/, /\?|\?x/, /[\w?]+$/],
    ...[new RegExp('\\.mp4\\?'), new RegExp('[\\]?]x'), /\(\?a/, /\[\?/],
  ])('is refused: %s', (rule) => {
    const error = { code: 'ERR_OPTIONS', message: expect.stringMatching(/^protect: .* needs a `\?`, and patterns see no query; in a path write %3F$/) };
    expect(() => urlRules(rule)).toThrow(expect.objectContaining(error));
  });

  test.each([
    ...[/\.mp4(?:\?.*)?$/, /\.mp4(\?|$)/, /\.mp4($|\?)/, /\.mp4\??/, /\.mp4\?*$/, /\.mp4\?{0,1}$/, /\.mp4(\?.*){0}$/, /\.mp4([?#].*)?$/],
    ...[/\.mp4[?#]?$/, /^[^?]+\.mp4$/, /^[^?#]*\.mp4/, /(?!.*\?)\.mp4/, /(?<!\?)\.mp4/, /(?:\.mp4)/, /(?=.*mp4)/, /\.mp?4/, /\.mp4??/],
    ...[/(?<name>\.mp4)/, /.*?\.mp4/, /\.mp4{1,2}?/, /\.mp4(|\?)/, /\.mp4(?:\?|)/, /\.m3u8\?|\.mp4/, /\.m\x704/, /\\?\.mp4/],
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
    ...[/^CDN\.example\.com\/vod\//, /^https?:\/\/(CDN|www)\.example\.com\/vod\//, /^(?:https?:\/\/)?CDN\.example\.com\//],
    ...[/^(?<host>cdn|WWW)\.example\.com/, /^cdn\.Example\.com/, /^[^/]+\.Example\.com\//, /^\w+\.example\.COM$/, /^(?:CDN\.)?example\.com\//],
    ...[/^https:\/\/[a-z]+\.example\.coM\//, /^https:\/\/Cdn/, new RegExp('^https://CDN[.]example[.]com/'), new RegExp('^m\u00fcnchen\\.de/'), new RegExp('^(?:cdn|m\u00fcnchen)\\.de/', 'i')],
  ])('is refused: %s', (rule) => {
    const error = { code: 'ERR_OPTIONS', message: expect.stringMatching(/^protect: no canonical URL has (?:the|a) host .*; write it in lower-case ASCII/) };
    expect(() => urlRules(rule)).toThrow(expect.objectContaining(error));
  });

  test.each([
    ...[/^CDN\.example\.com\/vod\//i, /^https:\/\/(CDN|www)\.example\.com\//i, /^[A-Za-z.]+\/vod\//, /^[A-Z]?cdn\.example\.com\/vod/],
    ...[/^cdn\.example\.com\/(VOD|vod)\//, /^\/(?:VOD|vod)\//, /^(?:\/VOD|\/vod)\//, /^.*(?:VOD|vod)\//, /^\S*(VOD|vod)\//, /^[^ ]*(VOD|vod)/],
    ...[/^https:\/\/[^/]+\/(VOD|vod)\//, /^.+:\/\/.*\/(VOD|vod)\//, /^nowhere$|VOD|vod/, /VOD|vod/, /(?:^|VOD)\/vod/, /^[!-~]+(VOD|vod)/],
    ...[/^(?!VOD).*\/vod\//, /^(?=.*VOD|.*vod)/, /^(?<Host>cdn)\.example\.com\/vod/, /^\D+\/(VOD|vod)/, /^cdn\x2Eexample\.com\/vod/],
  ])('is not: %s, which fits', (rule) => expect(protects(rule, '/vod/a.mp4')).toBe(true));
});
