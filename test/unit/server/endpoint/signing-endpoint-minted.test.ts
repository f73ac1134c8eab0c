import { describe, expect, test, vi } from 'vitest';
import { edgeAuth } from '../../../../packages/server/src/index.ts';
import type { Scope, SignedToken } from '../../../../packages/server/src/index.ts';
import { HOST, ask, making, statusOf } from '../../../support/signing-endpoint.ts';
import { requestWith } from '../../../support/token-request.ts';

describe('whatever a format makes is judged before it leaves', () => {
  const asked = `${HOST}/vod/7/a.ts`;
  const opens = (): Scope => ({ kind: 'folder', href: `${HOST}/vod/7/` });

  test.each<[string, Partial<SignedToken>]>([
    ['a URL elsewhere', { url: `${HOST}/secret/x` }],
    ['a URL of another title', { url: `${HOST}/vod/8/a.ts`, anyQuery: true }],
    ['a prefix above', { prefix: `${HOST}/vod/` }],
    ['a prefix with two readings', { prefix: `${HOST}/vod/7//` }],
    ['a prefix by dot segments', { prefix: `${HOST}/vod/7/../` }],
    ['a fitting prefix and a URL elsewhere', { prefix: `${HOST}/vod/7/`, url: `${HOST}/secret/x` }],
    ['a base on another host', { prefix: `${HOST}/vod/7/`, base: 'https://evil.example/vod/7/' }],
    ['a base with a user name', { prefix: `${HOST}/vod/7/`, base: 'https://u:p@cdn.example.com/vod/7/' }],
  ])('%s is never sent, and the log hears of it', async (_, token) => {
    const onError = vi.fn();
    const more = making(token, { opens });
    expect((await ask({ urls: [asked] }, { format: more, onError })).body).not.toHaveProperty('tokens');
    expect(onError).toHaveBeenCalledExactlyOnceWith(
      expect.objectContaining({ code: 'ERR_OPTIONS', message: expect.stringMatching(/^format: "own" made/) }),
    );
    // without `opens` it is seen before the hook is asked, unless it is within `allow`: then the hook is shown the
    // truth
    const unasked = await ask(
      { urls: [asked] },
      { format: making(token), authorize: (_request, _urls, scopes) => ({ denied: scopes.map(({ href }) => href) }) },
    );
    expect(unasked.body).not.toHaveProperty('tokens');
  });

  test('a format may open another title only where the hook has seen it', async () => {
    const wide = making({ prefix: `${HOST}/vod/` });
    expect(
      await statusOf(asked, {
        format: wide,
        authorize: (_, __, scopes) => ({ denied: scopes.map(({ href }) => href) }),
      }),
    ).toBe(403);
    expect((await ask({ urls: [asked] }, { format: wide })).body.tokens).toMatchObject([{ prefix: `${HOST}/vod/` }]);
  });

  test('a token in the path is judged without the token, which only its format can take off', async () => {
    const front = `${HOST}/vod/token/x/`;
    const inPath = making(
      { prefix: `${HOST}/vod/7/`, base: `${front}vod/7/` },
      { opens, bare: (url) => new URL(url.href.replace(front, `${HOST}/`)) },
    );
    expect((await ask({ urls: [asked] }, { format: inPath })).body.tokens).toHaveLength(1);
    const moving = {
      ...inPath,
      sign: () => ({ prefix: `${HOST}/vod/7/`, base: 'https://evil.example/x/', expires: 1 }),
      bare: () => new URL(`${HOST}/vod/7/`),
    };
    expect(await statusOf(asked, { format: moving }), 'to another origin').toBe(403);
    const lying = { ...inPath, bare: (url: URL) => new URL(url.href.replace(front, `${HOST}/secret/`)) };
    expect(await statusOf(asked, { format: lying })).toBe(403);
    const unknown = making({ prefix: `${HOST}/vod/7/`, base: `${front}vod/7/` }, { opens });
    expect(await statusOf(asked, { format: unknown }), 'as it stands, it lies below `allow`').toBe(200);
    expect(await statusOf(asked, { format: unknown, allow: `${HOST}/vod/7/` }), 'as it stands, it does not').toBe(403);
  });

  test('of two spellings of a folder that is signed as it stands, each has its token', async () => {
    const format = edgeAuth({ key: '00ff' });
    const urls = [`${HOST}/vod/caf%c3%a9/1.m3u8`, `${HOST}/vod/caf%C3%A9/2.m3u8`, `${HOST}/vod/caf%C3%A9/3.m3u8`];
    const { body } = await ask({ urls }, { format });
    expect(body.tokens.map(({ prefix }) => prefix)).toEqual([`${HOST}/vod/caf%c3%a9/`, `${HOST}/vod/caf%C3%A9/`]);
    for (const [i, token] of [0, 1, 1].entries()) {
      expect(await format.verify(requestWith(urls[i]!, body.tokens[token]!), 1_795_500_000)).toMatchObject({
        ok: true,
      });
    }
  });

  test('the others are sent, and so are their cookies', async () => {
    const cookies = making(
      {},
      {
        opens: ({ href }) => ({ kind: 'url', href }),
        sign: ({ href }, expires) => ({
          url: href.replace('/vod/8/', '/secret/'),
          expires,
          credentials: true,
          setCookie: [`c=${new URL(href).pathname}`],
        }),
      },
    );
    const { body } = await ask({ urls: [asked, `${HOST}/vod/8/a.ts`] }, { format: cookies });
    expect(body.tokens.map(({ url }) => url)).toEqual([asked]);
    expect(body.denied).toEqual([`${HOST}/vod/8/a.ts`]);
  });
});
