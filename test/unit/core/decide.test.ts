import { expect, test } from 'vitest';
import type { Decision } from '../../../packages/core/src/calls/decide.ts';
import { decide } from '../../../packages/core/src/calls/decide.ts';
import { SecureTokenError } from 'secure-token-core';
import type { SecureTokenErrorCode } from 'secure-token-core';

const failed = (code: SecureTokenErrorCode, status?: number): SecureTokenError =>
  new SecureTokenError(code, 'no', { status });
const away = (status?: number): SecureTokenError => failed('ERR_SIGNING_UNAVAILABLE', status);
const [denied, wrong] = [failed('ERR_DENIED', 403), failed('ERR_SIGNING_RESPONSE')];
const bad = failed('ERR_SIGNING_RESPONSE', 400);

const one = { tokens: 1, hasGuesses: false, isSplit: false, isBeforeLogin: false };
const [many, guesses] = [
  { ...one, tokens: 2 },
  { ...one, tokens: 2, hasGuesses: true },
];
const [split, before] = [
  { ...many, isSplit: true },
  { ...one, isBeforeLogin: true },
];

test.each<[string, SecureTokenError, typeof one, Decision]>([
  ['no network', away(), many, 'retry'],
  ['503', away(503), many, 'retry'],
  ['429 for a call with predicted names: it is about the number of calls', away(429), guesses, 'retry'],
  ['500 for one URL', away(500), one, 'retry'],
  ['500 for several: one of them may be bad', away(500), many, 'split'],
  ['500 for what is left of a split', away(500), split, 'retry'],
  ['400 for several', bad, many, 'split'],
  ['400 for one', bad, one, 'give up'],
  ['400 for what is left of a split', bad, split, 'give up'],
  ['500 for a call with predicted names', away(500), guesses, 'drop guesses'],
  ['a denial of a call with predicted names', denied, guesses, 'drop guesses'],
  ['a denial', denied, many, 'deny'],
  ['a denial of the viewer before the log-in', denied, before, 'ask again'],
  ['an answer in another form', wrong, many, 'give up'],
])('what becomes of a failed call: %s', (_, error, call, decision) => {
  expect(decide(error, call)).toBe(decision);
});
