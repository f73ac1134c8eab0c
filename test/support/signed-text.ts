import { generateKeyPairSync } from 'node:crypto';
import { expect } from 'vitest';
import type { VerifyingTokenFormat } from '../../packages/server/src/index.ts';

export const NOW = 1_795_500_000;
export const SOON = NOW + 300;
export const HOST = 'https://cdn.example.com';
export const secret = 'a secret of thirty-two characters';
export const hex = { key: '00ff'.repeat(16) };
export const key32 = Buffer.from(secret.slice(0, 32)).toString('base64url');
export const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 })
  .privateKey.export({ type: 'pkcs8', format: 'pem' })
  .toString();

export const sign = async (format: VerifyingTokenFormat, path: string, expires = SOON): Promise<unknown> =>
  format.sign(new URL(HOST + path), expires);
export const refusesToSign = async (format: VerifyingTokenFormat, path: string): Promise<void> => {
  await expect(sign(format, path), path).rejects.toMatchObject({
    code: 'ERR_OPTIONS',
    message: expect.stringMatching(/^url:/),
  });
  expect(() => format.opens!(new URL(HOST + path)), path).toThrow(expect.objectContaining({ code: 'ERR_OPTIONS' }));
};
export const verdictOf = async (format: VerifyingTokenFormat, url: string, headers = {}): Promise<string> => {
  const verdict = await format.verify({ url, headers: new Headers(headers) }, NOW);
  return verdict.ok ? 'ok' : verdict.reason;
};
export const tokenOf = async (
  format: VerifyingTokenFormat,
  path: string,
  name: string,
  expires = SOON,
): Promise<string> => (await format.sign(new URL(HOST + path), expires)).query?.[name] ?? '';
