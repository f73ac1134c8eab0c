import { beforeEach, describe, expect, test } from 'vitest';
import type { TokenSource } from '../../../packages/core/src/index.ts';
import { hideSignedUrl } from '../../../packages/core/src/adapter.ts';
import { CDN, FOLDER, MASTER, START, fakeTime, folder, lab } from './lab.ts';

fakeTime();

const SIGNED = `${MASTER}?x=1&st=SECRET`;
const tokens = [{ prefix: FOLDER, query: { st: 'SECRET' }, expires: START + 60 }];
let source: TokenSource;
beforeEach(() => ({ source } = lab(folder(), { tokens })));

test('a Response tells its URL without the token', () => {
  const response = Object.defineProperty(
    Object.create({
      get url() {
        return SIGNED;
      },
    }) as Response,
    'own',
    { value: 1 },
  );
  hideSignedUrl(response, source);
  expect(response.url).toBe(`${MASTER}?x=1`);
  hideSignedUrl(response, source);
  expect(response.url, 'done twice').toBe(`${MASTER}?x=1`);
});

test('an edge has redirected to a host without tokens, with the query: the URL is told without the token', async () => {
  const secret = 'SECRET'.repeat(3);
  ({ source } = lab(folder(), { tokens: [{ prefix: FOLDER, query: { st: secret, v: '1' }, expires: START + 60 }] }));
  await source.sign(MASTER);
  expect(source.unsign(`https://node7.test/a.m3u8?x=1&st=${secret}&v=1#t`)).toBe('https://node7.test/a.m3u8?x=1&v=1#t');
  expect(source.unsign('https://node7.test/a.m3u8?st=their-own-signature')).toMatch(/st=their/);
});

describe('an edge has redirected to a host without tokens, with the token in the path', () => {
  const path = `/exp=1800000300~hmac=${'SECRET'.repeat(3)}/2F`;
  test.each([
    ['as it was sent', `https://node7.test${path}/a.m3u8?x=1#t`, 'https://node7.test/vod/7/a.m3u8?x=1#t'],
    ['in other escapes', `https://node7.test${path.replace('=', '%3d')}/a.m3u8`, 'https://node7.test/vod/7/a.m3u8'],
    ['a folder of another token', 'https://node7.test/exp=1~hmac=theirs/2F/a.m3u8', undefined],
  ])('%s', async (_, to, expected = to) => {
    const base = `${CDN}${path}/`;
    ({ source } = lab(folder(), { tokens: [{ prefix: `${CDN}/vod/7/`, base, expires: START + 60 }] }));
    await source.sign(`${CDN}/vod/7/a.m3u8`);
    expect(source.unsign(to)).toBe(expected);
  });

  test('a short folder may be one of that host', async () => {
    ({ source } = lab(folder(), { tokens: [{ prefix: FOLDER, base: `${CDN}/v2/`, expires: START + 60 }] }));
    await source.sign(MASTER);
    expect(source.unsign('https://node7.test/v2/a.m3u8')).toBe('https://node7.test/v2/a.m3u8');
  });
});

test('a request that has not been answered yet tells its URL later', () => {
  let url = '';
  const xhr = Object.create({
    get responseURL() {
      return url;
    },
  }) as XMLHttpRequest;
  hideSignedUrl(xhr, source);
  expect(xhr.responseURL).toBe('');
  url = SIGNED;
  expect(xhr.responseURL).toBe(`${MASTER}?x=1`);
});

test('what is no such object is left alone', () => {
  const error = new Error('down');
  const own = Object.freeze({ url: SIGNED });
  for (const value of [
    undefined,
    null,
    '',
    7,
    error,
    own,
    Object.create(null),
    Object.freeze(Object.create({ url: SIGNED })),
  ]) {
    expect(() => hideSignedUrl(value, source)).not.toThrow();
  }
  expect(Object.keys(error)).toEqual([]);
  expect(own.url).toBe(SIGNED);
});
