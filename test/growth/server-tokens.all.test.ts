import { describe, expect, test } from 'vitest';
import { commonAccessToken } from '../../packages/server/src/cat.ts';
import { cloudFront, mediaCdnToken } from '../../packages/server/src/index.ts';
import type { VerifyingTokenFormat } from '../../packages/server/src/index.ts';
import { cloudflareStream, jwt } from '../../packages/server/src/jwt.ts';
import { base64Key, hexKey, rsaKey, secret } from '../support/format-samples.ts';
import { expectLinear, repeated } from '../support/growth.ts';
import { HOST, NOW } from '../support/signing-endpoint.ts';

/** Bytes again and again, `length` of them. */
const bytes = (unit: readonly number[], length: number): number[] =>
  Array.from({ length }, (_, i) => unit[i % unit.length]!);
const base64 = (content: readonly number[] | string): string =>
  Buffer.from(content as readonly number[]).toString('base64url');

const judged = (format: VerifyingTokenFormat, name: string, token: string): (() => Promise<void>) => {
  const query = new URLSearchParams({ [name]: token });
  const request = { url: `${HOST}/vod/a.m3u8?${String(query)}`, headers: new Headers() };
  return async () => expect((await format.verify(request, NOW)).ok).toBe(false);
};

describe('a CBOR token that nobody has sealed, of 16 to 64 kB', () => {
  const format = commonAccessToken({ keys: [{ id: 'k', key: hexKey }] });
  const tags = [0xd8, 0x3d, 0xd1];
  const u16 = (length: number): number[] => [(length >> 8) & 0xff, length & 0xff];
  const contents: Record<string, (length: number) => number[]> = {
    'nested lists': (n) => bytes([0x81], n),
    'nested lists without a length': (n) => bytes([0x9f], n),
    'nested tags': (n) => bytes([0xd8, 0x34], n),
    'a list of lists': (n) => [0x99, ...u16(n), ...bytes([0x80], n)],
    'a list without a length': (n) => [0x9f, ...bytes([0x00], n), 0xff],
    'a map of numbers': (n) => [
      0xb9,
      ...u16(n / 4),
      ...Array.from({ length: n / 4 }, (_, i) => [0x19, ...u16(i), 0x00]).flat(),
    ],
    'a map of one name many times': (n) => [0xb9, ...u16(n / 2), ...bytes([0x01, 0x00], n)],
    'texts of no length': (n) => [0x99, ...u16(n), ...bytes([0x60], n)],
    'a length far beyond the end': (n) => [0x9b, 0, 0, 0, 0x10, 0, 0, 0, 0, ...bytes([0x00], n)],
    'an unprotected header of many labels': (n) => [
      ...[0x84, 0x43, 0xa1, 1, 5, 0xb9, ...u16(n / 4)],
      ...Array.from({ length: n / 4 }, (_, i) => [0x19, ...u16(i + 256), 0x00]).flat(),
      ...[0x41, 0xa0, 0x41, 0],
    ],
    'a payload': (n) => [0x84, 0x43, 0xa1, 1, 5, 0xa1, 4, 0x41, 0x6b, 0x59, ...u16(n), ...bytes([0x81], n), 0x41, 0],
  };
  test.each(Object.entries(contents))('%s', async (_, content) => {
    const work = (length: number): (() => Promise<void>) =>
      judged(format, 'cat', base64([...tags, ...content(length)]));
    await expectLinear(work, 16_384);
  });
});

describe('JSON in a token, of 16 to 64 kB', () => {
  const texts: Record<string, (length: number) => string> = {
    'nested lists': (n) => '['.repeat(n / 2) + ']'.repeat(n / 2),
    'nested lists that do not close': (n) => '['.repeat(n),
    'names of one object': (n) => `{${repeated('"a":1,', n - (n % 6))}"b":1}`,
    'different names': (n) => `{${Array.from({ length: n / 16 }, (_, i) => `"name ${i}":1`).join()}}`,
    escapes: (n) => `{"a":"${repeated('\\u0061', n - (n % 6))}"}`,
    spaces: (n) => `{${' '.repeat(n)}}`,
    'what is no UTF-8': (n) => `{"a":"${'\ud800'.repeat(n / 4)}"}`,
  };
  const hs256 = jwt({ keys: [{ key: secret }], algorithm: 'HS256', claims: ({ pathname }) => ({ sub: pathname }) });
  const stream = cloudflareStream({ keys: [{ id: 'k', key: rsaKey }] });
  const cookieless = cloudFront({ keys: [{ id: 'K', privateKey: rsaKey }], carrier: 'query' });
  const media = mediaCdnToken({ keys: [base64Key], algorithm: 'sha256' });
  const header = base64('{"alg":"HS256","typ":"JWT"}');
  const shapes: Record<string, (text: string) => () => Promise<unknown>> = {
    'the header of a JWT': (text) => judged(hs256, 'token', `${base64(text)}.e30.AAAA`),
    'the claims of a JWT': (text) => judged(hs256, 'token', `${header}.${base64(text)}.AAAA`),
    'the claims of a token in the path': (text) => {
      const url = `${HOST}/${header}.${base64(text)}.AAAA/manifest/video.m3u8`;
      return async () => [stream.bare!(new URL(url)), await stream.verify({ url, headers: new Headers() }, NOW)];
    },
    'the policy of CloudFront': (text) => {
      const url = `${HOST}/a?Policy=${base64(text)}&Signature=AAAA&Key-Pair-Id=K&Hash-Algorithm=SHA256`;
      return async () => cookieless.verify({ url, headers: new Headers() }, NOW);
    },
    'the prefix of Media CDN': (text) =>
      judged(media, 'hdnts', `URLPrefix=${base64(text)}~Expires=${NOW + 60}~hmac=${'a'.repeat(64)}`),
  };
  describe.each(Object.entries(shapes))('%s', (_, shape) => {
    test.each(Object.entries(texts))('%s', async (__, text) => {
      const work = (length: number): (() => Promise<unknown>) => shape(text(length));
      await expectLinear(work, 16_384);
    });
  });
});
