import { describe, expect, test, vi } from 'vitest';
import type { Protect, Token } from 'secure-token-core';
import { hls } from 'secure-token-core/playlists';
import type { Lab } from './lab.ts';
import { CDN, FOLDER, MASTER, START, advanceSeconds, code, each, fakeTime, lab, playlist, seconds } from './lab.ts';
import { segment, tokenOf } from './lab.ts';

fakeTime();

const OTHER = 'https://other.test';
const expires = START + 300;
const query = { st: 'SECRET' };
const own: Token = { prefix: FOLDER, query, expires };

describe('`protect` says which URLs are signed', () => {
  test.each<[Protect, string, boolean]>([
    [CDN, `${CDN}/a`, true],
    [CDN, `${CDN}.evil/a`, false],
    [CDN, 'http://cdn.test/a', false],
    [FOLDER, MASTER, true],
    [`${CDN}/vod`, `${CDN}/vod?x`, true],
    [`${CDN}/vod`, `${CDN}/vodka/a`, false],
    ['https://CDN.test:443/x/../vod/', `${CDN}/x/%2e%2e/vod/a`, true],
    [/\.m3u8$/g, MASTER, true],
    [/\.m3u8$/g, segment(1), false],
    [({ pathname }) => pathname.startsWith('/vod/'), 'https://CDN.test/x/../vod/a', true],
    [({ host }) => host === 'a.test', MASTER, false],
  ])('%s: %s', (protect, url, expected) => {
    const { source } = lab(each(), { protect: ['https://b.test/', protect] });
    source.allow(`${CDN}/a source of the player adds nothing`);
    for (let n = 0; n < 3; n++) expect(source.protects(url)).toBe(expected);
    expect(source.protects('https://b.test/a'), 'a list: any of them').toBe(true);
  });

  test('by default: the origins of the sources of players, and what a token is held for', () => {
    vi.stubGlobal('location', { href: `${CDN}/page` });
    const { source } = lab(each(), { tokens: [{ prefix: 'https://keys.test/7/', query, expires }] });
    for (const url of ['blob:https://ads.test/1', 'http://']) source.allow(url);
    expect(source.protects('https://ads.test/x'), 'every URL before').toBe(true);
    for (const url of ['/vod/a.m3u8', 'https://live.test/a.m3u8']) source.allow(url);
    const urls = ['https://cdn.test/', 'https://live.test/', 'https://keys.test/7/', 'https://keys.test/8/', OTHER];
    expect(urls.map((url) => source.protects(url))).toEqual([true, true, true, false, false]);
  });

  const foreign = [
    'https://ads.test/vast?st=1',
    'data:text/plain,a',
    'blob:https://cdn.test/0',
    'skd://key',
    '',
    'a.ts',
  ];
  test.each(foreign)('%j passes untouched, and the endpoint never hears of it', async (url) => {
    const { source, asked } = lab(each(), { protect: [FOLDER, () => false] });
    const untouched = { url, headers: {}, credentials: false, unsignedUrl: url };
    expect([source.protects(url), source.signNow(url), await source.sign(url)]).toEqual([false, untouched, untouched]);
    source.learn(`${url}.m3u8`, hls(playlist(1, 9)));
    expect(await source.refused(untouched, 403)).toBeUndefined();
    await source.sign(MASTER);
    expect(source.unsign(url), 'also when a token has a parameter of the same name').toBe(url);
    await advanceSeconds(1);
    expect(asked()).toEqual([[MASTER]]);
  });
});

describe('tokens of the endpoint are accepted', () => {
  const answering = (tokens: readonly Token[], options = {}): Lab => lab(() => ({ now: seconds(), tokens }), options);

  const protect = `${CDN}/vod/`;
  const isMaster = ({ href }: URL): boolean => href === MASTER;
  test.each<[Partial<Token>, string, object?]>([
    [{ url: `${OTHER}/a.ts?x=1&st=SECRET` }, `${OTHER}/a.ts?x=1`],
    [{ prefix: `${OTHER}/vod/`, headers: { authorization: 'SECRET' } }, `${OTHER}/vod/`],
    [{ prefix: 'https://cdn.test:8443/' }, 'https://cdn.test:8443/'],
    [{ prefix: 'http://cdn.test/' }, 'http://cdn.test/'],
    [{ prefix: 'https://cdn.test@evil/' }, 'https://cdn.test@evil/'],
    [{ prefix: `${CDN}/vod/8/`, base: `${OTHER}/SECRET/` }, `${CDN}/vod/8/`],
    [{ prefix: `${CDN}/live/` }, `${CDN}/live/`, { protect }],
    [{ url: `${CDN}/vodka` }, `${CDN}/vodka`, { protect }],
    [{ prefix: FOLDER, base: `${OTHER}/SECRET/` }, FOLDER, { protect }],
    [{ prefix: `${OTHER}/vod/` }, `${OTHER}/vod/`, { protect: /^https:\/\/cdn\.test/ }],
    [{ url: `${CDN}/live/1` }, `${CDN}/live/1`, { protect: isMaster }],
  ])('not for what nobody has named: %j; the rest of the answer counts', async (scope, url, options = {}) => {
    const token = { query, expires, ...scope };
    const viewer = answering([token, { ...token }, { url: MASTER, query, expires }], options);
    viewer.source.allow(MASTER);
    expect(tokenOf(await viewer.source.sign(MASTER))).toBe('SECRET');
    const message = expect.stringMatching(/"protect"/) as string;
    expect(viewer.errors(), 'once for an origin').toMatchObject([{ code: 'ERR_SIGNING_RESPONSE', url, message }]);
    expect(viewer.source.unsign(`${OTHER}/a.ts?st=1`)).toBe(`${OTHER}/a.ts?st=1`);
    expect(viewer.source.signNow(`${OTHER}/vod/a.ts`)).toMatchObject({ url: `${OTHER}/vod/a.ts`, headers: {} });
    expect(JSON.stringify(viewer.events.map(({ detail, error }) => [detail, String(error)]))).not.toContain('SECRET');
  });

  const named = [{ ...own, base: `${OTHER}/y/`, expires: START + 1 }];
  test.each<[Token, object?]>([
    [own],
    [{ query, expires }],
    [{ url: `${CDN}/keys/1`, query, expires }],
    [own, { protect: CDN }],
    [{ prefix: `${CDN}/`, query, expires }, { protect: FOLDER }],
    [own, { protect: /\.m3u8$/ }],
    [own, { protect: isMaster }],
    [{ ...own, base: `${OTHER}/x/` }, { protect: [CDN, `${OTHER}/vod/`] }],
    [{ ...own, base: `${OTHER}/x/` }, { protect: /^https:\/\/(cdn|other)\.test\// }],
    [{ ...own, base: `${OTHER}/x/` }, { tokens: named }],
  ])('for what is protected, requested, or named by the page: %j with %o', async (token, options = {}) => {
    const viewer = answering([token, { url: MASTER, query, expires }], options);
    await viewer.source.sign(MASTER);
    expect(viewer.errors()).toEqual([]);
  });

  test('or is a source of a player, also by a path; not a path of the page', async () => {
    vi.stubGlobal('location', { href: 'https://page.test/' });
    const base = `${OTHER}/SECRET/`;
    const viewer = answering([{ prefix: FOLDER, base, expires }]);
    viewer.source.allow(MASTER);
    expect(await code(viewer.source.sign(MASTER))).toBe('ERR_SIGNING_RESPONSE');
    viewer.source.allow(`${OTHER}/live.m3u8`);
    expect((await viewer.source.sign(MASTER)).url).toBe(`${base}master.m3u8`);
    const page = answering([{ prefix: FOLDER, base: 'https://page.test/elsewhere/', expires }], { protect: /cdn/ });
    expect(await code(page.source.sign(MASTER))).toBe('ERR_SIGNING_RESPONSE');
  });

  test.each([
    ['from a file of the site to another origin', CDN, `${OTHER}/SECRET/`, false],
    ['from another origin to the site', OTHER, `${OTHER}/`, false],
    ['within the site', CDN, `${CDN}/SECRET/`, true],
    ['between other origins', 'https://www.test', `${OTHER}/SECRET/`, true],
  ])('but in a service worker none whose `base` leads %s', async (_, site, base, isTaken) => {
    vi.stubGlobal('ServiceWorkerGlobalScope', EventTarget);
    vi.stubGlobal('location', new URL(`${site}/token-worker.js`));
    const viewer = answering([{ prefix: FOLDER, base, expires }], { protect: [CDN, OTHER] });
    expect(await code(viewer.source.sign(MASTER))).toBe(isTaken ? undefined : 'ERR_SIGNING_RESPONSE');
  });
});
