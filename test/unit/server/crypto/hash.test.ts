import fc from 'fast-check';
import { afterEach, describe, expect, test, vi } from 'vitest';
import * as here from '../../../../packages/server/src/crypto/hash.ts';

/** Imports the tested file as in a runtime without `node:crypto`. */
async function elsewhere(getBuiltinModule: unknown): Promise<typeof here> {
  vi.resetModules();
  vi.stubGlobal('process', { ...process, getBuiltinModule });
  return import('../../../../packages/server/src/crypto/hash.ts');
}

const { md5, sha1, sha256, sha384, sha512 } = here;
const message = fc.oneof(fc.string({ unit: 'binary' }), fc.string(), fc.uint8Array({ maxLength: 200 }));

describe('digest and hmac', () => {
  afterEach(() => vi.unstubAllGlobals());

  test.each([
    ['without node:crypto', undefined],
    ['in FIPS mode', () => ({ createHash: () => expect.fail('unsupported') })],
  ])('are the same %s', async (_, getBuiltinModule) => {
    const pure = await elsewhere(getBuiltinModule);
    const property = fc.property(message, fc.uint8Array({ maxLength: 200 }), (text, key) => {
      for (const hash of [md5, sha1, sha256, sha384, sha512]) {
        for (const encoding of ['base64url', 'hex'] as const) {
          expect(pure.digest(hash, text, encoding)).toBe(here.digest(hash, text, encoding));
          expect(pure.hmac(hash, key, text, encoding)).toBe(here.hmac(hash, key, text, encoding));
        }
      }
    });
    fc.assert(property, { numRuns: 60 });
  });

  test('where only createHash and createHmac are there', async () => {
    const { createHash, createHmac } = process.getBuiltinModule('node:crypto');
    const without = await elsewhere(() => ({ createHash, createHmac }));
    expect(without.digest(md5, 'mysecret/my/uri1470055000', 'base64url')).toBe('m6WCATfRgS_5lcyChCPgrw');
  });
});
