import { expect, test } from 'vitest';
import { errorWithoutToken, textWithoutToken, untouchedRequest } from '../../../packages/core/src/adapter.ts';
import type { SignedRequest, Token } from '../../../packages/core/src/index.ts';

const MAC = 'q'.repeat(22);
const URL_ASKED = 'HTTPS://CDN.test/a b.ts';

const signed = (url: string, { query, headers = {} }: Partial<Token>): SignedRequest => ({
  ...untouchedRequest(URL_ASKED),
  ...{ url, headers, token: { expires: 1_795_500_000, ...(query && { query }), headers } },
});
const inQuery = signed(`${URL_ASKED}?st=${MAC}&v=1`, { query: { st: MAC, v: '1' } });

test.each([
  ['the URL as it was signed', `Failed to load ${URL_ASKED}?st=${MAC}&v=1`, inQuery],
  [
    'the URL as a browser writes it',
    `Failed to load https://cdn.test/a%20b.ts?st=short`,
    signed(`${URL_ASKED}?st=short`, {}),
  ],
  ['a parameter of the token', `the signature ${MAC} is not accepted`, inQuery],
  ['a header of the token', `'t t' is no value of a header`, signed(URL_ASKED, { headers: { 'x-token': 't t' } })],
])('an error that quotes %s is replaced, and so is its text', (_, text, request) => {
  const shown = errorWithoutToken(new TypeError(text), request);
  expect(shown).toBeInstanceOf(TypeError);
  expect(String(shown)).toMatch(/quotes the token/);
  expect(textWithoutToken(text, request)).toMatch(/quotes the token/);
});

test('any other error stays what it is, also beside a short parameter or an empty header', () => {
  const error = new TypeError('HTTP 1.1: Failed to fetch');
  for (const request of [inQuery, signed(URL_ASKED, { headers: { 'x-flag': '' } })]) {
    expect(errorWithoutToken(error, request)).toBe(error);
    expect(textWithoutToken(error.message, request)).toBe(error.message);
  }
});

test('a parameter of fifteen characters may be none of a token, one of sixteen is', () => {
  const shown = (length: number): unknown =>
    textWithoutToken(`not ${'m'.repeat(length)}`, signed(URL_ASKED, { query: { st: 'm'.repeat(length) } }));
  expect(shown(15)).toBe(`not ${'m'.repeat(15)}`);
  expect(shown(16)).toMatch(/quotes the token/);
});

test('without a token there is nothing to hide', () => {
  const error = new TypeError(`Failed to load ${URL_ASKED}`);
  expect(errorWithoutToken(error, untouchedRequest(URL_ASKED))).toBe(error);
});
