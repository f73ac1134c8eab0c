import { SignJWT } from 'jose';
import { describe, expect, test } from 'vitest';
import type { SignedToken, VerifyingTokenFormat } from '../../../../packages/server/src/index.ts';
import { jwt } from '../../../../packages/server/src/jwt.ts';
import { secret } from '../../../support/format-samples.ts';
import { NOW, holds, statusOf } from './token-status.ts';

const HOST = 'https://cdn.example.com';
const keys = [{ key: secret }];
const algorithm = 'HS256';
const format = jwt({ keys, algorithm, depth: 2 });
const film = `${HOST}/vod/7/hd/1.m4s`;
const sign = async (url: string, by: VerifyingTokenFormat = format): Promise<SignedToken> => by.sign(new URL(url), NOW);
/** A token of another signer with the same secret. */
const signed = async (claims: Record<string, unknown>): Promise<SignedToken> => {
  const token = await new SignJWT({ exp: NOW, ...claims })
    .setProtectedHeader({ alg: algorithm })
    .sign(new TextEncoder().encode(secret));
  return { url: film, expires: NOW, query: { token } };
};

describe('jwt of a folder', () => {
  test('one token opens all below the folder, and the player hears so', async () => {
    const token = await sign(film);
    expect(token).toMatchObject({ prefix: `${HOST}/vod/7/`, expires: NOW });
    expect(format.opens!(new URL(film))).toEqual({ kind: 'folder', href: `${HOST}/vod/7/` });
    await holds(format, film, token);
    expect(await statusOf(format, `${HOST}/vod/7/a.m3u8`, token)).toBe(`ok ${HOST}/vod/7/a.m3u8`);
    for (const path of ['/vod/8/a.m3u8', '/vod/70/a.m3u8', '/vod/7', '/vod/a.m3u8', '/x/vod/7/a.m3u8'])
      expect(await statusOf(format, HOST + path, token), path).toBe('403 signature');
  });

  test('its claim is a folder, which any verifier can compare with a path', async () => {
    for (const folder of ['/', '/vod/', '/vod/7/', '/vod/7/hd/'])
      expect(await statusOf(format, film, await signed({ folder })), folder).toBe(`ok ${film}`);
    for (const folder of ['/vod/7', '/vod', '', 'vod/7/', '//', '/vod/7/hd/1.m4s', null, 7, ['/vod/7/'], undefined])
      expect(await statusOf(format, film, await signed({ folder })), String(folder)).toBe('403 signature');
  });

  test('a path with fewer folders: the endpoint hears of its folder, the player of this path alone', async () => {
    const url = `${HOST}/vod/a.m3u8`;
    expect(await sign(url)).toMatchObject({ url, anyQuery: true });
    expect(format.opens!(new URL(url))).toEqual({ kind: 'folder', href: `${HOST}/vod/` });
  });

  test('claims of the app are about the folder, so that all its files have the same', async () => {
    const permissions = ({ pathname }: URL) => ({ permissions: [{ action: 'read', path: pathname.slice(1, -1) }] });
    const own = jwt({ keys, algorithm, depth: 1, claims: permissions });
    const token = await sign(`${HOST}/stream/index.m3u8`, own);
    expect(token.prefix).toBe(`${HOST}/stream/`);
    expect(await statusOf(own, `${HOST}/stream/hd/1.mp4`, token)).toMatch(/^ok/);
    expect(await statusOf(own, `${HOST}/other/1.mp4`, token)).toBe('403 signature');
    // the claim `folder` means nothing to it
    expect(await statusOf(own, film, await signed({ folder: '/' }))).toBe('403 signature');
  });

  test('without a depth, claims are needed', () => {
    expect(() => jwt({ keys, algorithm })).toThrow(/^claims: .*depth/);
    expect(() => jwt({ keys, algorithm, depth: 0 })).toThrow(/^depth:/);
  });
});

describe('jwt as a bearer', () => {
  const bearer = jwt({ keys, algorithm, depth: 2, carrier: 'bearer' });
  const statusWith = async (authorization: string | undefined): Promise<string> => {
    const headers = new Headers(authorization === undefined ? {} : { Authorization: authorization });
    const verdict = await bearer.verify({ url: film, headers }, NOW - 1);
    return verdict.ok ? 'ok' : verdict.reason;
  };

  test('the token is in the header Authorization, behind its scheme', async () => {
    const token = await sign(film, bearer);
    expect(token.headers).toEqual({ Authorization: expect.stringMatching(/^Bearer [\w-]+\.[\w-]+\.[\w-]+$/) });
    expect(bearer.headers).toEqual(['Authorization']);
    await holds(bearer, film, token);
  });

  test('no other scheme, no second token, and no token in the query counts', async () => {
    const { Authorization: good = '' } = (await sign(film, bearer)).headers!;
    const bare = good.slice('Bearer '.length);
    expect(await statusWith(good)).toBe('ok');
    expect(await statusWith(undefined)).toBe('missing');
    for (const text of [bare, `Basic ${bare}`, `bearer ${bare}`, `Bearer  ${bare}`, `${good}, ${good}`, 'Bearer', ''])
      expect(await statusWith(text), text.replace(bare, 'TOKEN')).toBe('malformed');
    expect(await bearer.verify(new Request(`${film}?token=${bare}`), NOW - 1)).toMatchObject({ reason: 'missing' });
  });

  test('its header has one name', () => {
    expect(() => jwt({ keys, algorithm, depth: 2, carrier: 'bearer', param: 'x-token' })).toThrow(/^param:/);
  });
});
