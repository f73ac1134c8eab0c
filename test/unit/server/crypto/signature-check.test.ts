import fc from 'fast-check';
import { afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import type * as Here from '../../../../packages/server/src/crypto/signature-check.ts';

type Algorithm = Here.SignatureAlgorithm;

const { subtle } = globalThis.crypto;
const nodeCrypto = process.getBuiltinModule('node:crypto');
const modulus = { modulusLength: 2048, publicExponent: Uint8Array.of(1, 0, 1) };

const algorithms: readonly Algorithm[] = [
  { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-1' },
  { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' },
  { name: 'RSA-PSS', hash: 'SHA-256', saltLength: 32 },
  { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-1' },
  { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' },
  { name: 'Ed25519' },
];

const keyPair = (algorithm: Algorithm): Promise<CryptoKeyPair> =>
  subtle.generateKey({ ...modulus, ...algorithm }, true, ['sign', 'verify']) as Promise<CryptoKeyPair>;

/** `signatureCheck` in a runtime with this `node:crypto`. */
async function checkWith(found: unknown, key: CryptoKey, algorithm: Algorithm): Promise<Here.SignatureCheck> {
  vi.resetModules();
  vi.stubGlobal('process', { ...process, getBuiltinModule: () => found });
  const { signatureCheck } = await import('../../../../packages/server/src/crypto/signature-check.ts');
  return signatureCheck(key, algorithm);
}

describe.each(algorithms)('signatureCheck of %o', (algorithm) => {
  let keys: CryptoKeyPair;
  beforeAll(async () => void (keys = await keyPair(algorithm)));
  afterEach(() => vi.unstubAllGlobals());

  test('judges the same with and without node:crypto', async () => {
    const { privateKey } = keys;
    const stranger = await keyPair(algorithm);
    const checks = [
      await checkWith(nodeCrypto, privateKey, algorithm),
      await checkWith(undefined, privateKey, algorithm),
    ];
    const property = fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), fc.nat(), async (drawn, at) => {
      const message = Uint8Array.from(drawn);
      const signature = new Uint8Array(await subtle.sign(algorithm, privateKey, message));
      const flipped = signature.map((byte, i) => (i === at % signature.length ? byte ^ (1 << (at % 8)) : byte));
      const foreign = new Uint8Array(await subtle.sign(algorithm, stranger.privateKey, message));
      const ofZeros = new Uint8Array(signature.length);
      const wrong = [
        flipped,
        foreign,
        ofZeros,
        signature.subarray(1),
        Uint8Array.of(...signature, 0),
        new Uint8Array(),
      ];
      for (const check of checks) {
        expect(await check(message, signature)).toBe(true);
        expect(await check(Uint8Array.of(...message, 0), signature)).toBe(false);
        for (const each of wrong) expect(await check(message, each)).toBe(false);
      }
    });
    await fc.assert(property, { numRuns: 20 });
  });

  test('refuses a signature without its leading zero', async () => {
    const { privateKey } = keys;
    const checks = [
      await checkWith(nodeCrypto, privateKey, algorithm),
      await checkWith(undefined, privateKey, algorithm),
    ];
    // one in 256 begins with a zero; those of Ed25519 do as often
    for (let n = 0; n < 5000; n++) {
      const message = Uint8Array.of(n >> 8, n & 255);
      const signature = new Uint8Array(await subtle.sign(algorithm, privateKey, message));
      if (signature[0] !== 0) continue;
      for (const check of checks) {
        expect(await check(message, signature)).toBe(true);
        expect(await check(message, signature.subarray(1))).toBe(false);
      }
      return;
    }
    expect.fail('no signature began with a zero');
  });

  const expectToJudge = async (check: Here.SignatureCheck, privateKey: CryptoKey): Promise<void> => {
    const message = Uint8Array.of(1, 2, 3);
    const signature = new Uint8Array(await subtle.sign(algorithm, privateKey, message));
    expect(await check(message, signature)).toBe(true);
    expect(await check(Uint8Array.of(1, 2), signature)).toBe(false);
  };

  test.each([
    ['has no verify', { ...nodeCrypto, verify: undefined }],
    ['does not know the key', { ...nodeCrypto, createPublicKey: () => expect.fail('unsupported') }],
    ['does not know the hash', { ...nodeCrypto, verify: () => expect.fail('unsupported') }],
    ['reads signatures in another encoding', { ...nodeCrypto, verify: () => false }],
  ])('asks WebCrypto where node:crypto %s', async (_, found) => {
    const { privateKey } = keys;
    const check = await checkWith(found, privateKey, algorithm);
    await expectToJudge(check, privateKey);
  });

  test('needs no private key', async () => {
    const { privateKey, publicKey } = keys;
    const check = await checkWith(nodeCrypto, publicKey, algorithm);
    await expectToJudge(check, privateKey);
  });

  test('asks node:crypto where that judges a sample well', async () => {
    const { privateKey } = keys;
    const verify = vi.fn(nodeCrypto.verify);
    const check = await checkWith({ ...nodeCrypto, verify }, privateKey, algorithm);
    verify.mockClear();
    // as long as one of this key
    const { byteLength } = await subtle.sign(algorithm, privateKey, Uint8Array.of(1));
    expect(check(Uint8Array.of(1), new Uint8Array(byteLength))).toBe(false);
    expect(verify).toHaveBeenCalledTimes(1);
  });
});
