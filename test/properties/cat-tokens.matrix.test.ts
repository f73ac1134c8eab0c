import { createHmac, generateKeyPairSync } from 'node:crypto';
import { encode } from 'cborg';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { commonAccessToken } from '../../packages/server/src/cat.ts';
import type { VerifyingTokenFormat } from '../../packages/server/src/index.ts';
import { hexKey } from '../support/format-samples.ts';
import { propertyRuns, propertyTimeout } from '../support/property-runs.ts';

const NOW = 1_795_500_000;
const url = 'https://cdn.example.com/vod/7/index.m3u8';
const inOrder = { mapSorter: () => 0 };
const pem = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  .privateKey.export({ type: 'pkcs8', format: 'pem' })
  .toString();
const formats: readonly VerifyingTokenFormat[] = [
  commonAccessToken({ keys: [{ id: 'k', key: hexKey }] }),
  commonAccessToken({ keys: [{ id: 'k', key: hexKey }], profile: 'cloudfront', param: 'cat' }),
  commonAccessToken({ keys: [{ id: 'k', key: pem }], algorithm: 'ES256' }),
];

const judged = (format: VerifyingTokenFormat, token: string, target = url) =>
  format.verify({ url: `${target}?cat=${token}`, headers: new Headers() }, NOW);

/** A genuine token of these claims, in the shape that `sign` gives it. */
function sealed(claims: ReadonlyMap<unknown, unknown> | Uint8Array): string {
  const header = Uint8Array.of(0xa1, 1, 5);
  const payload = claims instanceof Uint8Array ? claims : encode(claims, inOrder);
  const signed = encode(['MAC0', header, new Uint8Array(), payload]);
  const mac = createHmac('sha256', Buffer.from(hexKey, 'hex')).update(signed).digest();
  const list = encode([header, new Map([[4, Uint8Array.of(0x6b)]]), payload, new Uint8Array(mac)]);
  return Buffer.from([0xd8, 61, 0xd1, ...list]).toString('base64url');
}

const isRefused = (verdict: unknown): void => expect(verdict).toMatchObject({ ok: false, status: 403 });

const runs = { numRuns: propertyRuns };

describe('a Common Access Token', { timeout: propertyTimeout }, () => {
  test('of any bytes, genuine or not, is refused, and nothing throws', async () => {
    const front = fc.constantFrom([], [0xd1], [0xd8, 61, 0xd1], [0xd2], [0xd8, 17], [0x84], [0x9f]);
    const bytes = fc.tuple(front, fc.uint8Array({ maxLength: 60 })).map((parts) => Uint8Array.from(parts.flat()));
    const texts = fc.oneof(
      fc.string({ minLength: 1, maxLength: 60 }),
      bytes.map((each) => Buffer.from(each).toString('base64url') || '-'),
      bytes.map(sealed),
    );
    const property = fc.asyncProperty(texts, async (drawn) => {
      const token = encodeURIComponent(drawn);
      for (const format of formats) {
        isRefused(await judged(format, token));
        expect(await format.renew!({ url: `${url}?cat=${token}`, headers: new Headers() }, NOW, 60)).toBeUndefined();
      }
    });
    await fc.assert(property, runs);
  });

  test('altered in any place opens no more than before, and lives no longer', async () => {
    const cut = fc.record({
      at: fc.nat(),
      length: fc.nat({ max: 4 }),
      put: fc.uint8Array({ maxLength: 4 }),
      path: fc.constantFrom('/vod/7/index.m3u8', '/vod/8/index.m3u8', '/vod/7/../8/a', '/'),
    });
    let accepted = 0;
    const property = fc.asyncProperty(fc.constantFrom(...formats), cut, async (format, { at, length, put, path }) => {
      const { query } = await format.sign(new URL(url), NOW + 60);
      const bytes = [...Buffer.from(query!.cat!, 'base64url')];
      bytes.splice(at % (bytes.length + 1), length, ...put);
      const target = new URL(path, url).href;
      const verdict = await judged(format, Buffer.from(bytes).toString('base64url'), target);
      if (!verdict.ok) return;
      accepted++;
      expect(verdict.expires).toBe(NOW + 60);
      expect(new URL(target).pathname.startsWith('/vod/7/')).toBe(true);
    });
    await fc.assert(property, { numRuns: Math.max(800, propertyRuns) });
    expect(accepted).toBeGreaterThan(0);
  });
});
