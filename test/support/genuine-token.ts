import { generateKeyPairSync } from 'node:crypto';
import type { VerifyingTokenFormat } from '../../packages/server/src/index.ts';

/** Values for tests of tokens that were made with the right key, and say something that cannot be judged. */
export const NOW = 1_795_500_000;
export const SOON = NOW + 300;
export const HOST = 'https://cdn.example.com';
export const utf8: TextEncoder = new TextEncoder();
export const secret = 'a secret of thirty-two characters';
export const malformed = { ok: false, status: 403, reason: 'malformed' };
export const verify = async (format: VerifyingTokenFormat, url: string, headers = {}): Promise<unknown> =>
  format.verify({ url, headers: new Headers(headers) }, NOW);
export const pem: string = generateKeyPairSync('rsa', { modulusLength: 2048 })
  .privateKey.export({ type: 'pkcs8', format: 'pem' })
  .toString();
