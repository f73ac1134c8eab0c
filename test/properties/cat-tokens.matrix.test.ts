import { createHmac, generateKeyPairSync } from 'node:crypto';
import { encode, Tagged } from 'cborg';
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

  test('with one more claim opens no more than without it', async () => {
    const label = fc.oneof(fc.integer({ min: 1, max: 450 }), fc.integer(), fc.string({ maxLength: 5 }));
    const leaf = fc.oneof(
      fc.integer(),
      fc.double(),
      fc.constantFrom('GET', '/vod/7/', 'h2', 'DE', '203.0.113.9', null, true),
      fc.uint8Array({ maxLength: 16 }).map((bytes) => Uint8Array.from(bytes)),
    );
    const number = fc.integer({ min: -2, max: 9 });
    const value = fc.oneof(
      leaf,
      fc.array(leaf, { maxLength: 3 }),
      fc.tuple(number, number, leaf).map(([part, match, inner]) => new Map([[part, new Map([[match, inner]])]])),
      fc
        .tuple(fc.constantFrom(52, 54), fc.nat({ max: 130 }), fc.uint8Array({ maxLength: 16 }))
        .map(([tag, bits, network]) => [new Tagged(tag, [bits, Uint8Array.from(network)])]),
    );
    const uri = new Map([[3, new Map([[1, '/vod/7/']])]]);
    const facts = { ip: '203.0.113.9', country: 'DE', alpn: 'h2', profile: 'cloudfront', param: 'cat' } as const;
    const judge = commonAccessToken({ keys: [{ id: 'k', key: hexKey }], ...facts });
    const known = new Set<unknown>([1, 2, 4, 5, 6, 7, 308, 310, 311, 312, 313, 314, 316, 323, 'grant']);
    const aws = new Set<unknown>([401, 402, 403, 404]);
    const property = fc.asyncProperty(label, value, fc.boolean(), async (added, content, isInside) => {
      const claims = new Map<unknown, unknown>([
        [added, content],
        [4, NOW + 60],
        [312, uri],
      ]);
      const target = isInside ? url : 'https://cdn.example.com/vod/8/index.m3u8';
      for (const format of [formats[0]!, judge]) {
        const verdict = await judged(format, sealed(claims), target);
        if (!isInside || !(known.has(added) || (format === judge && aws.has(added)))) isRefused(verdict);
        if (verdict.ok) expect(verdict.expires).toBe(NOW + 60);
        else if (verdict.status === 403) expect(JSON.stringify(verdict).length).toBeLessThan(200);
      }
    });
    await fc.assert(property, runs);
  });
});
