import fc from 'fast-check';
import { afterEach, describe, expect, test, vi } from 'vitest';
import * as base64Here from '../../../../packages/server/src/crypto/base64url.ts';
import * as hashHere from '../../../../packages/server/src/crypto/hash.ts';

/** Imports the tested files as in a runtime whose `process` has this. */
async function elsewhere(getBuiltinModule?: unknown): Promise<typeof base64Here & typeof hashHere> {
  vi.resetModules();
  vi.stubGlobal('process', { ...process, getBuiltinModule });
  return {
    ...(await import('../../../../packages/server/src/crypto/base64url.ts')),
    ...(await import('../../../../packages/server/src/crypto/hash.ts')),
  };
}
afterEach(() => vi.unstubAllGlobals());

/** Decodes as browsers do. */
function decodedByAtob(text: string): Uint8Array | undefined {
  if (!/^[\w+/-]*={0,2}$/.test(text)) return undefined;
  try {
    return Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (each) => each.charCodeAt(0));
  } catch {
    return undefined;
  }
}

describe('base64', () => {
  test('is decoded as atob decodes it, in either alphabet, or refused', async () => {
    const pure = await elsewhere();
    const unit = fc.constantFrom(...Array.from('ABYZabyz0189-_+/='));
    const texts = fc.oneof(fc.string({ unit, maxLength: 20 }), fc.string({ unit: 'binary', maxLength: 8 }));
    const property = fc.property(texts, (text) => {
      const expected = decodedByAtob(text);
      for (const { base64Bytes } of [base64Here, pure]) {
        const bytes = base64Bytes(text);
        expect(bytes && [...bytes], text).toEqual(expected && [...expected]);
      }
    });
    fc.assert(property, { numRuns: 5000 });
  });

  test('is written in the same way everywhere, also of a part of a buffer', async () => {
    const pure = await elsewhere();
    const property = fc.property(fc.uint8Array({ maxLength: 200 }), fc.nat({ max: 5 }), (bytes, start) => {
      const part = bytes.subarray(start);
      const expected = Buffer.from(part).toString('base64url');
      expect(base64Here.base64url(part)).toBe(expected);
      expect(pure.base64url(part)).toBe(expected);
    });
    fc.assert(property);
  });
});

const { md5, sha1, sha256, sha384, sha512 } = hashHere;
const message = fc.oneof(fc.string({ unit: 'binary' }), fc.string(), fc.uint8Array({ maxLength: 200 }));

describe('digest and hmac', () => {
  test.each([
    ['without node:crypto', undefined],
    ['in FIPS mode', () => ({ createHash: () => expect.fail('unsupported') })],
  ])('are the same %s', async (_, getBuiltinModule) => {
    const pure = await elsewhere(getBuiltinModule);
    const property = fc.property(message, fc.uint8Array({ maxLength: 200 }), (text, key) => {
      for (const hash of [md5, sha1, sha256, sha384, sha512]) {
        for (const encoding of ['base64url', 'hex'] as const) {
          expect(pure.digest(hash, text, encoding)).toBe(hashHere.digest(hash, text, encoding));
          expect(pure.hmac(hash, key, text, encoding)).toBe(hashHere.hmac(hash, key, text, encoding));
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
