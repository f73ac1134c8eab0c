import { expect } from 'vitest';
import type { SignedToken, VerifyingTokenFormat } from '../../../../packages/server/src/index.ts';
import { changedTokens, requestWith } from '../../../support/token-request.ts';

/** When the tokens of these tests end, in unix seconds. */
export const NOW = 1_795_500_000;

/** The verdict on a request for `url` with `token`, in short. */
export const statusOf = async (
  format: VerifyingTokenFormat,
  url: string,
  token: SignedToken,
  now = NOW - 1,
): Promise<string> => {
  const verdict = await format.verify(requestWith(url, token), now);
  return verdict.ok ? `ok ${verdict.url}` : `${verdict.status} ${verdict.reason}`;
};
/** Expects a token to be accepted before its end, expired from there on, and refused with any one character changed. */
export const holds = async (format: VerifyingTokenFormat, url: string, token: SignedToken): Promise<void> => {
  expect(await statusOf(format, url, token)).toBe(`ok ${url}`);
  expect(await statusOf(format, url, token, NOW)).toBe('410 expired');
  for (const changed of changedTokens(token)) expect(await statusOf(format, url, changed)).toMatch(/^403/);
};
