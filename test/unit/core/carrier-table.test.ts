import { expect, test } from 'vitest';
import { CARRIERS } from '../../../packages/core/src/carriers/carriers.ts';
import type { SignedRequest, Token, TokenSource } from 'secure-token-core';
import { errorWithoutToken, textWithoutToken, unsignAs } from 'secure-token-core/adapter';
import { fakeTime, lab } from './lab.ts';
import { START } from './lab-time.ts';
import { CDN, FOLDER, MASTER } from './lab-urls.ts';

fakeTime();

type CarrierName = keyof typeof CARRIERS;

const SECRET = 'Q2xhc3NpZmllZFNlY3JldA';
/** Returns a value with `secret` for each carrier; a script sees no secret of a cookie. A new carrier needs its own. */
const valuesWith = (secret: string): { readonly [Name in CarrierName]: NonNullable<Token[Name]> } => ({
  base: `${CDN}/st=${secret}/vod/7/`,
  query: { st: secret },
  headers: { authorization: `Bearer ${secret}` },
  credentials: true,
});
const names = Object.keys(CARRIERS) as CarrierName[];
const signedBy = (name: CarrierName, secret = SECRET): { source: TokenSource; request: SignedRequest } => {
  const token = { prefix: FOLDER, expires: START + 300, [name]: valuesWith(secret)[name] };
  const { source } = lab(undefined, { tokens: [token] });
  return { source, request: source.signNow(MASTER)! };
};

test.each(names)('a token in `%s` is in the request, and unsign() of its URL is the URL that was asked for', (name) => {
  // a short one looks like any other text
  for (const secret of [SECRET, 'abc']) {
    const { source, request } = signedBy(name, secret);
    const { url, headers, credentials } = request;
    expect({ url, headers, credentials }).not.toEqual({ url: MASTER, headers: {}, credentials: false });
    expect(source.unsign(url)).toBe(MASTER);
  }
});

test.each(names)('no text about a request shows its token in `%s`', (name) => {
  const { request } = signedBy(name);
  const { url, headers } = request;
  const quoted = name === 'credentials' ? '' : SECRET;
  for (const text of [`cannot load ${url} with ${JSON.stringify(headers)}`, `cannot read ${quoted}`]) {
    expect(textWithoutToken(text, request)).not.toContain(SECRET);
    expect(String(errorWithoutToken(new Error(text), request))).not.toContain(SECRET);
  }
});

test.each(names)(
  'a redirect that keeps a token in `%s` is shown without it, also by a worker that has no token',
  (name) => {
    const { source, request } = signedBy(name);
    const elsewhere = request.url.replace(CDN, 'https://node.test').replace('master', 'other');
    expect(source.unsign(elsewhere)).not.toContain(SECRET);
    const { token, ...posted } = request;
    expect(unsignAs({ ...posted, token: { expires: token!.expires } }, elsewhere)).not.toContain(SECRET);
  },
);

test.each(names)('what no browser can send in `%s` is refused when the token comes', (name) => {
  const wrong = { base: 'vod/7', query: { st: '\ud800' }, headers: { 'a b': 'c' }, credentials: 'yes' }[name];
  const token = { prefix: FOLDER, expires: START + 300, [name]: wrong };
  expect(() => lab(undefined, { tokens: [token as Token] })).toThrow(`tokens[0].${name}`);
});
