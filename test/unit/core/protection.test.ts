import { expect, test, vi } from 'vitest';
import type { Protect, Token } from 'secure-token-core';
import { hls } from 'secure-token-core/playlists';
import { each } from './lab-answers.ts';
import type { Lab } from './lab.ts';
import { code, fakeTime, lab, tokenOf } from './lab.ts';
import { START, advanceSeconds } from './lab-time.ts';
import { CDN, FOLDER, MASTER, playlist, segment } from './lab-urls.ts';

fakeTime();

const OTHER = 'https://other.test';
const expires = START + 300;
const query = { st: 'SECRET' };
const own: Token = { prefix: FOLDER, query, expires };

test.each<[Protect, string, boolean]>([
  [CDN, `${CDN}/a`, true],
  [CDN, `${CDN}.evil/a`, false],
  [`${CDN}/vod`, `${CDN}/vod?x`, true],
  [`${CDN}/vod`, `${CDN}/vodka/a`, false],
  ['https://CDN.test:443/x/../vod/', `${CDN}/x/%2e%2e/vod/a`, true],
  [/\.m3u8$/g, MASTER, true],
  [/\.m3u8$/g, segment(1), false],
  [({ pathname }) => pathname.startsWith('/vod/'), 'https://CDN.test/x/../vod/a', true],
])('protect: %s covers %s: %s', (protect, url, expected) => {
  const { source } = lab(each(), { protect: ['https://b.test/', protect] });
  source.allow(`${CDN}/a source of the player adds nothing`);
  for (let n = 0; n < 3; n++) expect(source.protects(url)).toBe(expected);
});

test('without `protect`: the origins of the sources of players, and what a token is held for', () => {
  vi.stubGlobal('location', { href: `${CDN}/page` });
  const { source } = lab(each(), { tokens: [{ prefix: 'https://keys.test/7/', query, expires }] });
  for (const url of ['blob:https://ads.test/1', 'http://']) source.allow(url);
  expect(source.protects('https://ads.test/x'), 'every URL before').toBe(true);
  for (const url of ['/vod/a.m3u8', 'https://live.test/a.m3u8']) source.allow(url);
  const urls = ['https://cdn.test/', 'https://live.test/', 'https://keys.test/7/', 'https://keys.test/8/', OTHER];
  expect(urls.map((url) => source.protects(url))).toEqual([true, true, true, false, false]);
});

const foreign = ['https://ads.test/vast?st=1', 'data:text/plain,a', 'blob:https://cdn.test/0', 'skd://key', '', 'a.ts'];
test.each(foreign)('%j passes untouched, and the endpoint never hears of it', async (url) => {
  const { source, asked } = lab(each(), { protect: [FOLDER, () => false] });
  const untouched = { url, headers: {}, credentials: false, unsignedUrl: url };
  expect(source.protects(url)).toBe(false);
  expect(source.signNow(url)).toEqual(untouched);
  expect(await source.sign(url)).toEqual(untouched);
  source.learn(`${url}.m3u8`, hls(playlist(1, 9)));
  expect(await source.refused(untouched, 403)).toBeUndefined();
  await source.sign(MASTER);
  expect(source.unsign(url), 'also when a token has a parameter of the same name').toBe(url);
  await advanceSeconds(1);
  expect(asked()).toEqual([[MASTER]]);
});

const answering = (tokens: readonly Token[], options = {}): Lab => lab(() => ({ now: START, tokens }), options);
const protect = `${CDN}/vod/`;
const isMaster = ({ href }: URL): boolean => href === MASTER;

test.each<[Partial<Token>, string, object?]>([
  [{ url: `${OTHER}/a.ts?x=1&st=SECRET` }, `${OTHER}/a.ts?x=1`],
  [{ prefix: 'https://cdn.test:8443/' }, 'https://cdn.test:8443/'],
  [{ prefix: 'https://cdn.test@evil/' }, 'https://cdn.test@evil/'],
  [{ prefix: `${CDN}/vod/8/`, base: `${OTHER}/SECRET/` }, `${CDN}/vod/8/`],
  [{ prefix: FOLDER, base: `${OTHER}/SECRET/` }, FOLDER, { protect }],
  [{ prefix: `${OTHER}/vod/` }, `${OTHER}/vod/`, { protect: /^https:\/\/cdn\.test/ }],
  [{ url: `${CDN}/live/1` }, `${CDN}/live/1`, { protect: isMaster }],
])('no token is accepted for what nobody has named: %j; others count', async (scope, url, options?) => {
  const token = { query, expires, ...scope };
  const { source, errors, events } = answering([token, { ...token }, { url: MASTER, query, expires }], options);
  source.allow(MASTER);
  expect(tokenOf(await source.sign(MASTER))).toBe('SECRET');
  const message = expect.stringMatching(/"protect"/) as string;
  expect(errors(), 'once for an origin').toMatchObject([{ code: 'ERR_SIGNING_RESPONSE', url, message }]);
  expect(source.unsign(`${OTHER}/a.ts?st=1`)).toBe(`${OTHER}/a.ts?st=1`);
  expect(source.signNow(`${OTHER}/vod/a.ts`)).toMatchObject({ url: `${OTHER}/vod/a.ts`, headers: {} });
  expect(JSON.stringify(events.map(({ detail, error }) => [detail, String(error)]))).not.toContain('SECRET');
});

const moved = { ...own, base: `${OTHER}/x/` };
test.each<[Token, object?]>([
  [own],
  [{ query, expires }],
  [{ prefix: `${CDN}/`, query, expires }, { protect: FOLDER }],
  [own, { protect: /\.m3u8$/ }],
  [own, { protect: isMaster }],
  [moved, { protect: [CDN, `${OTHER}/vod/`] }],
  [moved, { tokens: [{ ...own, base: `${OTHER}/y/`, expires: START }] }],
])('a token is accepted for what is protected, requested, or named by the page: %j, %o', async (token, options?) => {
  const { source, calls, errors } = answering([token, { url: MASTER, query, expires }], options);
  await source.sign(MASTER);
  expect(calls).toHaveLength(1);
  expect(errors()).toEqual([]);
});

test('a `base` may lead to the origin of a source of a player', async () => {
  const { source } = answering([moved]);
  source.allow(MASTER);
  expect(await code(source.sign(MASTER))).toBe('ERR_SIGNING_RESPONSE');
  source.allow(`${OTHER}/live.m3u8`);
  expect((await source.sign(MASTER)).url).toBe(`${OTHER}/x/master.m3u8?st=SECRET`);
});

test.each([
  ['from a file of the site to another origin', CDN, `${OTHER}/`, 'ERR_SIGNING_RESPONSE'],
  ['from another origin to the site', OTHER, `${OTHER}/`, 'ERR_SIGNING_RESPONSE'],
  ['within the site', CDN, `${CDN}/x/`, undefined],
  ['between other origins', 'https://www.test', `${OTHER}/`, undefined],
])('in a service worker a `base` leads %s', async (_, site, base, expected) => {
  vi.stubGlobal('ServiceWorkerGlobalScope', EventTarget);
  vi.stubGlobal('location', new URL(`${site}/token-worker.js`));
  const { source } = answering([{ ...own, base }], { protect: [CDN, OTHER] });
  expect(await code(source.sign(MASTER))).toBe(expected);
});
