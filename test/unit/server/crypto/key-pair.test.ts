import { generateKeyPairSync } from 'node:crypto';
import type { KeyPairKeyObjectResult } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { keyPair } from '../../../../packages/server/src/crypto/key-pair.ts';
import type { KeyAlgorithm, KeyPair } from '../../../../packages/server/src/crypto/key-pair.ts';

const rsa = (modulusLength = 2048): KeyPairKeyObjectResult => generateKeyPairSync('rsa', { modulusLength });
const ec = (): KeyPairKeyObjectResult => generateKeyPairSync('ec', { namedCurve: 'P-256' });
const pairOf = ({ privateKey }: KeyPairKeyObjectResult, algorithm: KeyAlgorithm): KeyPair =>
  keyPair(privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(), algorithm);

describe.each<[KeyAlgorithm, () => KeyPairKeyObjectResult]>([
  ['RS1', rsa],
  ['RS256', rsa],
  ['PS256', rsa],
  ['ES1', ec],
  ['ES256', ec],
  ['EdDSA', () => generateKeyPairSync('ed25519')],
])('a key pair for %s', (algorithm, generate) => {
  const pair = pairOf(generate(), algorithm);

  test('accepts its own signatures in one spelling, and no others', async () => {
    const stranger = pairOf(generate(), algorithm);
    for (let n = 0; n < 20; n++) {
      const message = Uint8Array.of(n, 1, 2);
      const signature = await pair.sign(message);
      expect(await pair.isGenuine(message, signature)).toBe(true);
      const flipped = signature.map((byte, i) => (i === (n * 37) % signature.length ? byte ^ 1 : byte));
      const wrong = [
        flipped,
        await stranger.sign(message),
        new Uint8Array(signature.length),
        new Uint8Array(),
        signature.subarray(1),
        Uint8Array.of(...signature, 0),
        Uint8Array.of(0, ...signature),
      ];
      for (const each of wrong) expect(await pair.isGenuine(message, each)).toBe(false);
      expect(await pair.isGenuine(Uint8Array.of(n, 1), signature)).toBe(false);
    }
  });

  test('refuses a signature without its leading zero', async () => {
    // one in 256 begins with a zero
    for (let n = 0; n < 5000; n++) {
      const message = Uint8Array.of(n >> 8, n & 255);
      const signature = await pair.sign(message);
      if (signature[0] !== 0) continue;
      expect(await pair.isGenuine(message, signature)).toBe(true);
      expect(await pair.isGenuine(message, signature.subarray(1))).toBe(false);
      return;
    }
    expect.fail('no signature began with a zero');
  });
});

test.each(['RS1', 'RS256', 'PS256'] as const)(
  '%s: a key of 1024 bits neither signs nor verifies',
  async (algorithm) => {
    const pair = pairOf(rsa(1024), algorithm);
    await expect(pair.sign(Uint8Array.of(1))).rejects.toThrow(/2048/);
    await expect(pair.isGenuine(Uint8Array.of(1), new Uint8Array(128))).rejects.toThrow(/2048/);
  },
);
