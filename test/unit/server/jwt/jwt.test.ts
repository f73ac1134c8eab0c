import { createPublicKey, generateKeyPairSync, sign } from 'node:crypto';
import {
  createLocalJWKSet,
  decodeJwt,
  decodeProtectedHeader,
  exportJWK,
  exportPKCS8,
  generateKeyPair,
  jwtVerify,
} from 'jose';
import type { JWK } from 'jose';
import { beforeAll, describe, expect, test } from 'vitest';
import { signUrl } from '../../../../packages/server/src/index.ts';
import type { VerifyingTokenFormat } from '../../../../packages/server/src/index.ts';
import { cloudflareStream, jwt, mux } from '../../../../packages/server/src/jwt.ts';
import { changedTokens, requestWith } from '../../../support/token-request.ts';
import { NOW, holds, statusOf } from './token-status.ts';

const uid = '0123456789abcdef0123456789abcdef';
const streamUrl = `https://customer-x.cloudflarestream.com/${uid}/manifest/video.m3u8`;
const muxUrl = 'https://stream.mux.com/qxb01i6T202018GFS02vp9RIe01icTcDCjVzQpmaB00CUisJ4.m3u8';
let rsa: { pem: string; jwk: JWK; open: JWK };
let ec: string;
beforeAll(async () => {
  const { privateKey, publicKey } = await generateKeyPair('RS256', { extractable: true });
  rsa = { pem: await exportPKCS8(privateKey), jwk: await exportJWK(privateKey), open: await exportJWK(publicKey) };
  ec = await exportPKCS8((await generateKeyPair('ES256', { extractable: true })).privateKey);
});

describe('mux', () => {
  test('makes the token that Mux documents', async () => {
    const format = mux({ keys: [{ id: 'key-1', key: rsa.pem }] });
    const token = await format.sign(new URL(`${muxUrl}?x=1`), NOW);
    expect(token).toMatchObject({ url: `${muxUrl}?x=1`, anyQuery: true, expires: NOW });
    const verified = await jwtVerify(
      token.query!.token!,
      createLocalJWKSet({ keys: [{ ...rsa.open, kid: 'key-1', alg: 'RS256' }] }),
      {
        currentDate: new Date((NOW - 1) * 1000),
        audience: 'v',
        subject: new URL(muxUrl).pathname.slice(1, -5),
      },
    );
    expect(verified.payload).toMatchObject({ kid: 'key-1', exp: NOW });
    expect(decodeProtectedHeader(token.query!.token!)).toEqual({ alg: 'RS256', typ: 'JWT', kid: 'key-1' });
    await holds(format, muxUrl, token);
  });

  test('one audience is not another, one playback id not another', async () => {
    const format = mux({ keys: [{ id: 'key-1', key: rsa.jwk }] });
    const urls = ['/abc.m3u8', '/abc/thumbnail.png', '/abc/animated.gif', '/abc/storyboard.vtt', '/abd.m3u8'];
    for (const [i, path] of urls.entries()) {
      const token = await format.sign(new URL(path, 'https://image.mux.com'), NOW);
      expect(decodeJwt(token.query!.token!).aud).toBe(['v', 't', 'g', 's', 'v'][i]);
      for (const other of urls) {
        const status = await statusOf(format, `https://image.mux.com${other}`, token);
        expect(status).toMatch(other === path ? /^ok/ : /^403 signature/);
      }
    }
    await expect(signUrl('https://stream.mux.com/', { format, expires: NOW })).rejects.toThrow(/^url:/);
  });
});

describe('cloudflareStream', () => {
  test('the token takes the place of the video id, and the edge puts the id back', async () => {
    const format = cloudflareStream({ keys: [{ id: 'k', key: rsa.jwk }], params: { downloadable: true } });
    const token = await format.sign(new URL(streamUrl), NOW);
    expect(token).toEqual({
      prefix: `https://customer-x.cloudflarestream.com/${uid}/`,
      base: expect.stringMatching(/^https:\/\/customer-x\.cloudflarestream\.com\/[\w-]+\.[\w-]+\.[\w-]+\/$/),
      expires: NOW,
    });
    expect(await statusOf(format, streamUrl, token)).toBe(`ok ${streamUrl}`);
    expect(await statusOf(format, streamUrl, token, NOW)).toBe('410 expired');
    expect((await format.verify(new Request(streamUrl), NOW)).ok).toBe(false);
    for (const changed of changedTokens(token)) expect(await statusOf(format, streamUrl, changed)).toMatch(/^403/);
    await expect(signUrl('https://h/x/manifest/video.m3u8', { format, expires: NOW })).rejects.toThrow(/^url:/);
  });

  test('rules about addresses and countries are not judged, so a token that has some is refused', async () => {
    const keys = [{ id: 'k', key: rsa.jwk }];
    const ruled = cloudflareStream({ keys, params: { accessRules: [{ type: 'any', action: 'block' }] } });
    const request = requestWith(streamUrl, await ruled.sign(new URL(streamUrl), NOW));
    for (const format of [ruled, cloudflareStream({ keys })]) {
      const verdict = await format.verify(request, NOW - 1);
      expect(verdict).toMatchObject({ ok: false, status: 403, reason: 'malformed', claim: 'accessRules' });
    }
  });

  test('a download needs a token that says so, however its path is written', async () => {
    const keys = [{ id: 'k', key: rsa.jwk }];
    const [plain, downloadable] = [
      cloudflareStream({ keys }),
      cloudflareStream({ keys, params: { downloadable: true } }),
    ];
    for (const folder of ['downloads', '%64ownloads']) {
      const url = new URL(`/${uid}/${folder}/default.mp4`, streamUrl);
      const verdict = await plain.verify(requestWith(url.href, await plain.sign(url, NOW)), NOW - 1);
      expect(verdict).toMatchObject({ ok: false, status: 403, reason: 'signature', claim: 'downloadable' });
      const token = await downloadable.sign(url, NOW);
      expect(await plain.verify(requestWith(url.href, token), NOW - 1)).toMatchObject({ ok: true, url: url.href });
    }
  });
});

describe('jwt', () => {
  const claims = (url: URL): Record<string, unknown> => ({ path: url.pathname.split('/').slice(0, 3) });

  test('claims of your own, in a header, by ECDSA', async () => {
    const format = jwt({ keys: [{ key: ec }], algorithm: 'ES256', claims, carrier: 'header', param: 'X-Token' });
    const token = await format.sign(new URL('https://h/vod/7/a.m3u8'), NOW);
    await holds(format, 'https://h/vod/7/b.ts', token);
    expect(await statusOf(format, 'https://h/vod/8/b.ts', token)).toBe('403 signature');
  });

  test('the algorithm is that of the configuration: neither none, nor HMAC with the public key', async () => {
    const format = jwt({ keys: [{ key: rsa.pem }], algorithm: 'RS256', claims });
    const { query } = await format.sign(new URL('https://h/vod/7/a'), NOW);
    const [, payload] = query!.token!.split('.');
    const none = `${Buffer.from('{"alg":"none"}').toString('base64url')}.${payload}.`;
    const hmac = jwt({ keys: [{ key: JSON.stringify(rsa.open) }], algorithm: 'HS256', claims });
    const forged = (await hmac.sign(new URL('https://h/vod/7/a'), NOW)).query!.token!;
    for (const token of [none, forged, 'a.b', 'a.b.c', '..']) {
      expect(await statusOf(format, 'https://h/vod/7/a', { expires: NOW, query: { token } }), token).toBe(
        '403 signature',
      );
    }
  });

  test('a genuine signature under the name of another algorithm is none of ours', async () => {
    const format = jwt({ keys: [{ key: rsa.pem }], algorithm: 'RS256', claims });
    const payload = Buffer.from(JSON.stringify({ path: ['', 'vod', '7'], exp: NOW })).toString('base64url');
    const verdict = async (alg: string): Promise<string> => {
      const signed = `${Buffer.from(JSON.stringify({ alg })).toString('base64url')}.${payload}`;
      const token = `${signed}.${sign('sha256', Buffer.from(signed), rsa.pem).toString('base64url')}`;
      return statusOf(format, 'https://h/vod/7/a', { expires: NOW, query: { token } });
    };
    expect(await verdict('RS256')).toMatch(/^ok/);
    for (const alg of ['RS384', 'PS256', 'ES256', 'none', '']) expect(await verdict(alg)).toBe('403 signature');
  });

  test('a public key verifies and does not sign', async () => {
    const token = await jwt({ keys: [{ key: rsa.pem }], algorithm: 'RS256', claims }).sign(new URL('https://h/a'), NOW);
    for (const key of [rsa.open, createPublicKey(rsa.pem).export({ type: 'spki', format: 'pem' }).toString()]) {
      const format = jwt({ keys: [{ key }], algorithm: 'RS256', claims });
      expect(await statusOf(format, 'https://h/a', token)).toMatch(/^ok/);
      await expect(format.sign(new URL('https://h/a'), NOW)).rejects.toMatchObject({
        code: 'ERR_OPTIONS',
        message: expect.stringMatching(/^keys: .*public/),
      });
    }
  });

  test('a token for an audience is refused, unless the claims of the edge make it', async () => {
    const key = { keys: [{ key: 'a secret of thirty-two characters' }], algorithm: 'HS256' as const };
    const forAudience = (aud?: unknown): VerifyingTokenFormat =>
      jwt({ ...key, claims: (url) => ({ ...claims(url), ...(aud !== undefined && { aud }) }) });
    const verdict = async (aud: unknown, format: VerifyingTokenFormat): Promise<unknown> =>
      format.verify(
        requestWith('https://h/vod/7/a', await forAudience(aud).sign(new URL('https://h/vod/7/a'), NOW)),
        NOW - 1,
      );
    for (const aud of ['cdn-2', ['cdn-1', 'cdn-2'], null, ''])
      expect(await verdict(aud, forAudience())).toMatchObject({
        ok: false,
        status: 403,
        reason: 'malformed',
        claim: 'aud',
      });
    expect(await verdict('cdn-1', forAudience('cdn-1'))).toMatchObject({ ok: true });
    expect(await verdict('cdn-2', forAudience('cdn-1'))).toMatchObject({ ok: false, reason: 'signature' });
    expect(await verdict(undefined, forAudience('cdn-1'))).toMatchObject({ ok: false, reason: 'signature' });
  });

  test('neither signs nor verifies with an RSA key of 1024 bits, nor with a key of another kind', async () => {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 1024 });
    const short = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
    const token = await jwt({ keys: [{ key: rsa.pem }], algorithm: 'RS256', claims }).sign(new URL('https://h/a'), NOW);
    for (const key of [short, { kty: 'oct', k: 'c2VjcmV0' }]) {
      const format = jwt({ keys: [{ key }], algorithm: 'RS256', claims });
      await expect(format.sign(new URL('https://h/a'), NOW)).rejects.toThrow(/^keys: .*2048/);
      await expect(statusOf(format, 'https://h/a', token)).rejects.toThrow(/^keys: .*2048/);
    }
  });
});
