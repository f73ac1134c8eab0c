import { expect } from 'vitest';
import type { VerifyingTokenFormat } from '../../packages/server/src/index.ts';
import { base64Key, hexKey, rsaKey, secret } from './format-samples.ts';

export const NOW = 1_795_500_000;
export const SOON = NOW + 300;
export const HOST = 'https://cdn.example.com';
export { secret, base64Key as key32, rsaKey as rsa };
export const hex = { key: hexKey };

export const malformed = { ok: false, status: 403, reason: 'malformed' };
export const verify = async (format: VerifyingTokenFormat, url: string, headers = {}): Promise<unknown> =>
  format.verify({ url, headers: new Headers(headers) }, NOW);
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
