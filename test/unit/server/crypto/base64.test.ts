import fc from 'fast-check';
import { afterEach, describe, expect, test, vi } from 'vitest';
import * as here from '../../../../packages/server/src/crypto/base64url.ts';

/** Imports the tested file as in a runtime without `node:buffer`. */
async function elsewhere(): Promise<typeof here> {
  vi.resetModules();
  vi.stubGlobal('process', { ...process, getBuiltinModule: undefined });
  return import('../../../../packages/server/src/crypto/base64url.ts');
}

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
  afterEach(() => vi.unstubAllGlobals());

  test('is decoded as atob decodes it, in either alphabet, or refused', async () => {
    const pure = await elsewhere();
    const unit = fc.constantFrom(...Array.from('ABYZabyz0189-_+/='));
    const texts = fc.oneof(fc.string({ unit, maxLength: 20 }), fc.string({ unit: 'binary', maxLength: 8 }));
    const property = fc.property(texts, (text) => {
      const expected = decodedByAtob(text);
      for (const { base64Bytes } of [here, pure]) {
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
      expect(here.base64url(part)).toBe(expected);
      expect(pure.base64url(part)).toBe(expected);
    });
    fc.assert(property);
  });
});
