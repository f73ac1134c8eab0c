import { describe, expect, test, vi } from 'vitest';
import { edgeAuth, secureLink, secureLinkLayouts } from '../../../packages/server/src/index.ts';
import type { Scope, SignedToken, SigningEndpointOptions, TokenFormat } from '../../../packages/server/src/index.ts';
import { requestWith } from '../../support/token-request.ts';
import { HOST, ask, format, master } from '../../support/signing-endpoint.ts';
import { folderFormats } from '../../support/folder-formats.ts';

/** A format of a team's own that makes just this token. */
const making = (token: Partial<SignedToken>, more: Partial<TokenFormat> = {}): TokenFormat => ({
  name: 'own',
  scope: 'url',
  sign: (_, expires) => ({ expires, query: { t: '1' }, ...token }),
  verify: () => ({ ok: false, status: 403, reason: 'missing' }),
  ...more,
});
const statusOf = async (url: string, options: Partial<SigningEndpointOptions>): Promise<number> =>
  (await ask({ urls: [url] }, options)).status;

describe('what a token opens lies within `allow`', () => {
  test.each(folderFormats)('$name: the folder of /vod is /, and is not signed', async ({ format: folder }) => {
    const authorize = vi.fn(() => true);
    for (const url of [`${HOST}/vod`, `${HOST}/%76od`]) {
      expect(await statusOf(url, { format: folder, authorize })).toBe(403);
    }
    expect(authorize).not.toHaveBeenCalled();
    expect(await statusOf(`${HOST}/vod/film.mp4`, { format: folder })).toBe(200);
    expect(await statusOf(`${HOST}/vod/film.mp4`, { format: folder, allow: `${HOST}/vod/film.mp4` })).toBe(403);
  });

  test('a folder above the allowed one is not signed, however it comes about', async () => {
    const [key, url] = ['00ff', `${HOST}/vod/7/master.m3u8`];
    for (const wide of [{ depth: 0 }, { acl: '/*' }, { acl: ['/vod/*', '/live/*'] }, { acl: '/v*' }, { acl: '*' }, { acl: '/???/*' }]) {
      expect(await statusOf(url, { format: edgeAuth({ key, ...wide }) }), JSON.stringify(wide)).toBe(403);
      expect(await statusOf(url, { format: edgeAuth({ key, ...wide }), allow: `${HOST}/` }), JSON.stringify(wide)).toBe(200);
    }
    for (const fitting of [{ depth: 1 }, { depth: 2 }, { acl: '/vod/*' }, { acl: ['/vod/7/*', '/vod/8/*'] }, { acl: '/vod/*.m3u8' }]) {
      expect(await statusOf(url, { format: edgeAuth({ key, ...fitting }) }), JSON.stringify(fitting)).toBe(200);
    }
  });
});

describe('a token that opens several folders', () => {
  const two = edgeAuth({ key: '00ff', acl: ['/vod/*', '/live/*'] });

  test('is granted where each of them is allowed', async () => {
    expect(await statusOf(master, { format: two, allow: [`${HOST}/vod/`, `${HOST}/live/`] })).toBe(200);
    expect(await statusOf(master, { format: two, allow: [`${HOST}/vod/`, `${HOST}/live/7/`] })).toBe(403);
  });

  test('is not granted where any of them is denied, and is where something else is', async () => {
    const denying = (denied: string): Partial<SigningEndpointOptions> => ({ format: two, allow: `${HOST}/`, authorize: () => ({ denied: [denied] }) });
    expect(await statusOf(master, denying(`${HOST}/live/7/a.ts`))).toBe(403);
    expect(await statusOf(master, denying(`${HOST}/films/`))).toBe(200);
  });

  test('is shown as the folder that holds them, with its parts', async () => {
    const parts = ['/vod/', '/live/'].map((path) => ({ kind: 'folder', href: HOST + path }));
    const authorize = vi.fn(() => true);
    await ask({ urls: [master] }, { format: two, allow: `${HOST}/`, authorize });
    expect(authorize).toHaveBeenCalledExactlyOnceWith(expect.any(Request), [master], [{ kind: 'folder', href: `${HOST}/`, parts }]);
  });
});

describe('the hook is shown what a token opens', () => {
  const shownFor = async (options: Partial<SigningEndpointOptions>, ...urls: string[]): Promise<[readonly string[], readonly Scope[]]> => {
    const shown: [readonly string[], readonly Scope[]][] = [];
    await ask({ urls }, { authorize: (_, ...each) => shown.push(each) > 0, ...options });
    return shown[0]!;
  };

  test('one path with any query, a folder, one URL', async () => {
    expect(await shownFor({}, `${master}?a=1`)).toEqual([[`${master}?a=1`], [{ kind: 'path', href: master }]]);
    const folders = await shownFor({ format: edgeAuth({ key: '00ff' }) }, `${HOST}/%76od/7/a.ts`, `${HOST}/vod/7/b.ts`);
    expect(folders).toEqual([[`${HOST}/vod/7/a.ts`, `${HOST}/vod/7/b.ts`], [1, 2].map(() => ({ kind: 'folder', href: `${HOST}/vod/7/` }))]);
    const exact = making({ url: `${master}?a=1` });
    expect(await shownFor({ format: exact }, `${master}?a=1`)).toEqual([[`${master}?a=1`], [{ kind: 'url', href: `${master}?a=1` }]]);
  });

  test('a path that some origin reads otherwise is shown in its other readings too, with the same scope', async () => {
    const url = `${HOST}/vod/premium;x/film.mp4`;
    expect(await shownFor({}, url, master)).toEqual([
      [url, master, `${HOST}/vod/premium/film.mp4`],
      [url, master, url].map((href) => ({ kind: 'path', href })),
    ]);
  });

  test('a hook that compares text is not fooled by what another server reads as the same', async () => {
    const authorize = (_: Request, urls: readonly string[]): { denied: string[] } => ({
      denied: urls.filter((url) => url.includes('/premium/') || url.endsWith('.key')),
    });
    for (const path of ['/vod/premium/a', '/vod/premium;x/a', '/vod/premium%3Bx/a', '/vod/;/premium/a', '/vod/premium./a', '/vod/%70remium%20/a', '/vod/a.key/', '/vod/a.key;b']) {
      expect(await statusOf(HOST + path, { authorize }), path).toBe(403);
    }
    expect(await statusOf(`${HOST}/vod/free;x/a`, { authorize })).toBe(200);
  });

  test('a format that says what it opens is not asked for a token before the hook', async () => {
    const sign = vi.fn(format.sign);
    const opens = (url: URL): Scope => ({ kind: 'path', href: url.origin + url.pathname });
    await ask({ urls: [master] }, { format: { ...format, sign, opens }, authorize: () => false });
    expect(sign).not.toHaveBeenCalled();
  });
});

describe('a token that reaches into what was denied is not granted', () => {
  const folder = edgeAuth({ key: '00ff', depth: 1 });

  test.each([
    ['a file', `${HOST}/vod/premium/film.mp4`],
    ['a file with a query', `${HOST}/vod/film.mp4?a=1`],
    ['a folder', `${HOST}/vod/premium/`],
    ['the folder itself', `${HOST}/vod/`],
    ['the folder above', `${HOST}/`],
    ['another spelling', `${HOST}/%76od/premium`],
    ['another scheme and port', 'http://cdn.example.com.:8080/vod/premium/'],
  ])('of the folder: %s', async (_, denied) => {
    expect(await statusOf(`${HOST}/vod/7/a.ts`, { format: folder, authorize: () => ({ denied: [denied] }) })).toBe(403);
  });

  test.each(['https://other.example/vod/', `${HOST}/vodka/`, `${HOST}/live/`])('of the folder: but %s is no part of it', async (denied) => {
    expect(await statusOf(`${HOST}/vod/7/a.ts`, { format: folder, authorize: () => ({ denied: [denied] }) })).toBe(200);
  });

  test('of a path: one of its queries is denied, so the path is, for its token opens them all', async () => {
    const denied = { denied: [`${master}?quality=hd`] };
    expect(await statusOf(master, { authorize: () => denied })).toBe(403);
    const exact: TokenFormat = making({}, { sign: ({ href }, expires) => ({ url: href, expires, query: { t: '1' } }) });
    expect(await statusOf(master, { authorize: () => denied, format: exact })).toBe(200);
    for (const query of ['?quality=hd', '?%71uality=h%64', '?&quality=hd&', '?quality=hd#x', '?quality=hd&quality=hd', '?quality=hd;']) {
      expect(await statusOf(master + query, { authorize: () => denied, format: exact }), query).toBe(403);
    }
  });

  test.each([['?a=my+film', '?a=my%20film'], ['?f=/x/y.mp4', '?f=%2Fx%2fy.mp4'], ['?q', '?q='], ['?q=', '?q'], ['?a=1&b=2', '?b=2&a=1'], ['?t=caf%E9%20noir', '?t=caf%E9+noir']])(
    'of a query %s: %s is the same to servers',
    async (denied, query) => {
      const exact: TokenFormat = making({}, { sign: ({ href }, expires) => ({ url: href, expires, query: { t: '1' } }) });
      expect(await statusOf(master + query, { authorize: () => ({ denied: [master + denied] }), format: exact })).toBe(403);
    },
  );

  test('a denied folder denies everything below it, in any spelling', async () => {
    const authorize = (): { denied: string[] } => ({ denied: [`${HOST}/vod/premium/`] });
    for (const path of ['/vod/premium/a', '/vod/premium', '/vod/%70remium/a/b?c', '/vod/premium;x/a', '/vod/x/../premium/a']) {
      expect(await statusOf(HOST + path, { authorize }), path).toBe(403);
    }
    expect(await statusOf(`${HOST}/vod/premiums/a`, { authorize })).toBe(200);
  });

  test.each<unknown>(['no URL', '/vod/premium/', 'cdn.example.com/vod/', `${HOST}//x`, `${HOST}/vod/%zz`, null, 7, { href: master }])(
    'an entry that cannot be judged lets nobody in, and the log hears of it: %j',
    async (entry) => {
      const onError = vi.fn();
      expect(await statusOf(master, { authorize: () => ({ denied: [entry as string] }), onError })).toBe(503);
      expect(onError).toHaveBeenCalledExactlyOnceWith(expect.objectContaining({ code: 'ERR_OPTIONS', message: expect.stringMatching(/^denied from authorize: /) }));
    },
  );

  test('denied entries that are no list let nobody in', async () => {
    for (const denied of [master, new Set([master]), null, {}, undefined, Array(1)]) {
      expect(await statusOf(master, { authorize: () => ({ denied: denied as never }) }), JSON.stringify(denied)).toBe(503);
    }
  });
});

describe('whatever a format makes is judged before it leaves', () => {
  const asked = `${HOST}/vod/7/a.ts`;
  const opens = (): Scope => ({ kind: 'folder', href: `${HOST}/vod/7/` });

  test.each<[string, Partial<SignedToken>]>([
    ['a URL elsewhere', { url: `${HOST}/secret/x` }],
    ['a URL on another host', { url: 'https://evil.example/vod/7/a.ts' }],
    ['a URL of another title', { url: `${HOST}/vod/8/a.ts`, anyQuery: true }],
    ['a prefix above', { prefix: `${HOST}/vod/` }],
    ['a prefix beside', { prefix: `${HOST}/vod/8/` }],
    ['a prefix that ends within a name', { prefix: `${HOST}/vod/7` }],
    ['the whole host', { prefix: `${HOST}/` }],
    ['a prefix with two readings', { prefix: `${HOST}/vod/7//` }],
    ['a prefix by dot segments', { prefix: `${HOST}/vod/7/../` }],
    ['another port', { prefix: 'https://cdn.example.com:8443/vod/7/' }],
    ['no URL at all', { prefix: '/vod/7/' }],
    ['a fitting prefix and a URL elsewhere', { prefix: `${HOST}/vod/7/`, url: `${HOST}/secret/x` }],
    ['a base elsewhere', { prefix: `${HOST}/vod/7/`, base: `${HOST}/secret/` }],
    ['a base on another host', { prefix: `${HOST}/vod/7/`, base: 'https://evil.example/vod/7/' }],
    ['an object that is written as another URL', { url: { toString: () => asked, toJSON: () => `${HOST}/secret/` } as never }],
    ['null', { prefix: null as never, url: asked }],
    ['a base with a user name', { prefix: `${HOST}/vod/7/`, base: 'https://u:p@cdn.example.com/vod/7/' }],
    ['a base of a blob', { prefix: `${HOST}/vod/7/`, base: `blob:${HOST}/vod/7/` }],
    ['a prefix with a query', { prefix: `${HOST}/vod/7/?a=/` }],
    ['a base that is no URL', { prefix: `${HOST}/vod/7/`, base: '//evil.example/' }],
  ])('%s is never sent, and the log hears of it', async (_, token) => {
    const onError = vi.fn();
    const more = making(token, { opens });
    expect((await ask({ urls: [asked] }, { format: more, onError })).body).not.toHaveProperty('tokens');
    expect(onError).toHaveBeenCalledExactlyOnceWith(expect.objectContaining({ code: 'ERR_OPTIONS', message: expect.stringMatching(/^format: "own" made/) }));
    // without `opens` it is seen before the hook is asked, unless it is within `allow`: then the hook is shown the truth
    const unasked = await ask({ urls: [asked] }, { format: making(token), authorize: (_request, _urls, scopes) => ({ denied: scopes.map(({ href }) => href) }) });
    expect(unasked.body).not.toHaveProperty('tokens');
  });

  test('a format may open another title only where the hook has seen it', async () => {
    const wide = making({ prefix: `${HOST}/vod/` });
    expect(await statusOf(asked, { format: wide, authorize: (_, __, scopes) => ({ denied: scopes.map(({ href }) => href) }) })).toBe(403);
    expect((await ask({ urls: [asked] }, { format: wide })).body.tokens).toMatchObject([{ prefix: `${HOST}/vod/` }]);
  });

  test('a token in the path is judged without the token, which only its format can take off', async () => {
    const front = `${HOST}/vod/token/x/`;
    const inPath = making({ prefix: `${HOST}/vod/7/`, base: `${front}vod/7/` }, { opens, bare: (url) => new URL(url.href.replace(front, `${HOST}/`)) });
    expect((await ask({ urls: [asked] }, { format: inPath })).body.tokens).toHaveLength(1);
    const moving = { ...inPath, sign: () => ({ prefix: `${HOST}/vod/7/`, base: 'https://evil.example/x/', expires: 1 }), bare: () => new URL(`${HOST}/vod/7/`) };
    expect(await statusOf(asked, { format: moving }), 'to another origin').toBe(403);
    const lying = { ...inPath, bare: (url: URL) => new URL(url.href.replace(front, `${HOST}/secret/`)) };
    expect(await statusOf(asked, { format: lying })).toBe(403);
    const unknown = making({ prefix: `${HOST}/vod/7/`, base: `${front}vod/7/` }, { opens });
    expect(await statusOf(asked, { format: unknown }), 'as it stands, it lies below `allow`').toBe(200);
    expect(await statusOf(asked, { format: unknown, allow: `${HOST}/vod/7/` }), 'as it stands, it does not').toBe(403);
  });

  test('a token that names nothing is good for the URL it was made for, not for each one of the call', async () => {
    const { body } = await ask({ urls: [master, asked] }, { format: making({}), authorize: () => ({ denied: [master] }) });
    expect(body.tokens).toMatchObject([{ url: asked }]);
  });

  test('of two spellings of a folder that is signed as it stands, each has its token', async () => {
    const format = edgeAuth({ key: '00ff' });
    const urls = [`${HOST}/vod/caf%c3%a9/1.m3u8`, `${HOST}/vod/caf%C3%A9/2.m3u8`, `${HOST}/vod/caf%C3%A9/3.m3u8`];
    const { body } = await ask({ urls }, { format });
    expect(body.tokens.map(({ prefix }) => prefix)).toEqual([`${HOST}/vod/caf%c3%a9/`, `${HOST}/vod/caf%C3%A9/`]);
    for (const [i, token] of [0, 1, 1].entries()) {
      expect(await format.verify(requestWith(urls[i]!, body.tokens[token]!), 1_795_500_000)).toMatchObject({ ok: true });
    }
  });

  test('the others are sent, and so are their cookies', async () => {
    const cookies = making({}, {
      opens: ({ href }) => ({ kind: 'url', href }),
      sign: ({ href }, expires) => ({ url: href.replace('/vod/8/', '/secret/'), expires, credentials: true, setCookie: [`c=${new URL(href).pathname}`] }),
    });
    const { body } = await ask({ urls: [asked, `${HOST}/vod/8/a.ts`] }, { format: cookies });
    expect([body.tokens.map(({ url }) => url), body.denied]).toEqual([[asked], [`${HOST}/vod/8/a.ts`]]);
  });

  test('a folder in the path: a URL with fewer folders than `depth` is denied, and the others have their tokens', async () => {
    const onError = vi.fn();
    const format = secureLink({ secret: 's', ...secureLinkLayouts.cdn77Path, depth: 2 });
    const { body } = await ask({ urls: [asked, `${HOST}/vod/a.ts`] }, { format, onError });
    expect([body.tokens.map(({ prefix }) => prefix), body.denied]).toEqual([[`${HOST}/vod/7/`], [`${HOST}/vod/a.ts`]]);
    expect(await statusOf(`${HOST}/vod/a.ts`, { format, onError }), 'none is left').toBe(403);
    expect(onError).not.toHaveBeenCalled();
  });

  test.each<[string, unknown]>([['nothing', undefined], ['a kind of its own', { kind: 'host', href: HOST }], ['no URL', { kind: 'folder', href: '/vod/' }]])(
    'a format that says %s about what it opens signs nothing',
    async (_, scope) => expect(await statusOf(asked, { format: making({ url: asked }, { opens: () => scope as Scope }) })).toBe(403),
  );
});
