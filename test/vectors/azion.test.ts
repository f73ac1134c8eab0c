import { expect, test } from 'vitest';
import { azion, signUrl, verifyUrl } from '../../packages/server/src/index.ts';
import { azionHash } from '../../packages/server/src/formats/azion.ts';
import type { AzionVector } from '../support/azion-vectors.ts';
import { VECTOR_TIME, uriOf, azionVectors as vectors, vectorTarget } from '../support/azion-vectors.ts';

const HOST = 'https://cdn.example.com';

/** Rules by which `verify` is stricter than nginx, or says 403 for what nginx says otherwise, with their vectors. */
const strictRules: Record<string, string[]> = {
  'token is canonical base64url: 22 characters, no padding, no stray low bits': ['azion-022', 'azion-023', 'azion-028'],
  'expiry is ten digits without a leading zero': [
    'azion-011',
    'azion-040',
    'azion-041',
    'azion-050',
    'azion-052',
    'azion-053',
    'azion-133',
    'azion-134',
  ],
  'path is valid UTF-8': ['azion-089'],
  'path holds no control character (a verdict is 403 where nginx says 400)': ['azion-092', 'azion-094'],
  'path has no malformed escape (a verdict is 403 where nginx says 400)': ['azion-095'],
  'path holds no %2F': ['azion-100'],
  'path holds no backslash': ['azion-079'],
  'path holds no //': ['azion-103'],
  'path holds no %25 in front of two hexadecimal digits': ['azion-068'],
  'path holds no `;`': ['azion-106'],
  'no name ends with a dot': ['azion-107'],
  'a parameter comes once': ['azion-121'],
  'a parameter name is spelled exactly': ['azion-125'],
};
/** Rules by which `verify` answers 200 and nginx does not: they are no matter of the token. */
const elsewhereRules: Record<string, string[]> = {
  'the length of a URL is judged by the HTTP server (414)': ['azion-152'],
};
/**
 * Rules by which nginx normalises before it judges, so that both refuse the vector's own URI; `sign` names the reason.
 */
const signOnlyRules: Record<string, string[]> = { 'path holds no // (signed as it is)': ['azion-104'] };
/**
 * Rules by which clients and nginx resolve what stands in the text: `signUrl` refuses it, and a format signs the URL it
 * means.
 */
const textRules: Record<string, string[]> = { 'a text holds no dot segments': ['azion-097', 'azion-101'] };

const ruleOf = (rules: Record<string, string[]>, id: string): string | undefined =>
  Object.keys(rules).find((rule) => rules[rule]?.includes(id));
const urlOf = (vector: AzionVector): string => HOST + vectorTarget(vector).toString();
const isStrictExpiry = (expires: string): boolean => /^[1-9]\d{9}$/.test(expires);
const statusOf = async (
  vector: AzionVector,
  options: { maxTtl?: number; pathForm?: 'raw' | 'decoded' },
): Promise<number> => {
  const verdict = await verifyUrl(urlOf(vector), {
    format: azion({ secret: vector.secret, ...options }),
    now: VECTOR_TIME,
  });
  return verdict.ok ? 200 : verdict.status;
};

test('the file holds the vectors this test was written for', () => {
  expect(vectors).toHaveLength(106);
});

test('every vector: the hash of secret, URI and expiry is the token', () => {
  const bytes = vectors.filter((vector) => uriOf(vector) === undefined);
  expect(
    bytes.map(({ id }) => id),
    'a URI that is not UTF-8 has no string to hash',
  ).toEqual(['azion-089']);
  for (const vector of vectors) {
    const uri = uriOf(vector);
    if (uri === undefined) continue;
    const token = vector.extras.correct_token_for_uri_and_expires ?? vector.token;
    expect(azionHash(vector.secret, uri, vector.expires), vector.id).toBe(token);
  }
});

test('sign makes the token of each vector that nginx accepts or calls expired, or refuses as verify does', async () => {
  const refused: string[] = [];
  let signed = 0;
  for (const vector of vectors.filter((each) => each.class === 'sign+verify')) {
    const format = azion({ secret: vector.secret, maxTtl: Infinity });
    // The vector's URL holds a token already: signing it again replaces that one in place.
    const url = urlOf(vector).replace(/\bst=[\w-]*/, 'st=stale');
    const result = signUrl(url, { format, expires: isStrictExpiry(vector.expires) ? Number(vector.expires) : NaN });
    if (ruleOf(textRules, vector.id)) {
      await expect(result, vector.id).rejects.toMatchObject({ code: 'ERR_OPTIONS' });
      const { query } = await format.sign(new URL(url), Number(vector.expires));
      expect(query!.st, vector.id).toBe(vector.token);
      signed++;
    } else if (!isStrictExpiry(vector.expires) || ruleOf({ ...strictRules, ...signOnlyRules }, vector.id)) {
      await expect(result, vector.id).rejects.toMatchObject({ code: 'ERR_OPTIONS' });
      refused.push(vector.id);
    } else if (vector.nginx.status === 403) {
      // The vector signs another string than nginx does (an encoded path, the query): so must the right token differ.
      expect(await result, vector.id).not.toContain(vector.token);
    } else {
      expect(await result, vector.id).toBe(urlOf(vector));
      signed++;
    }
  }
  expect(signed).toBe(44);
  expect(refused).toHaveLength(25);
});

test('every vector: the verdict is that of nginx, or a named rule says why it is not', async () => {
  const stricter: string[] = [];
  for (const vector of vectors) {
    const status = await statusOf(vector, { maxTtl: Infinity });
    if (status === vector.nginx.status) continue;
    if (status === 200) {
      expect(ruleOf(elsewhereRules, vector.id), `${vector.id} is let through`).toBeDefined();
    } else {
      expect(ruleOf(strictRules, vector.id), `${vector.id} is refused (${status})`).toBeDefined();
      stricter.push(vector.id);
    }
  }
  expect(stricter.sort()).toEqual(Object.values(strictRules).flat().sort());
});

test('every vector that says what a strict edge should answer gets that answer', async () => {
  const pinned = vectors.filter((vector) => vector.recommend_strict !== undefined);
  expect(pinned).toHaveLength(38);
  for (const vector of pinned) {
    if (ruleOf(elsewhereRules, vector.id)) continue;
    // 400 is a server's word for a request it cannot read; a verdict has one word for "not let through".
    const expected = vector.recommend_strict === 400 ? 403 : vector.recommend_strict;
    expect(await statusOf(vector, { maxTtl: Infinity }), vector.id).toBe(expected);
  }
});

test("pathForm 'raw': the verdict is that of an nginx that hashes the request line's path", async () => {
  const rawRules: Record<string, string[]> = {
    ...strictRules,
    'a URL never holds dot segments or raw non-ASCII by the time it is judged': [
      'azion-083',
      'azion-097',
      'azion-098',
      'azion-101',
    ],
    'path holds no // (raw)': ['azion-104'],
  };
  // The nginx that hashed raw paths knew this one secret.
  for (const vector of vectors.filter(({ secret }) => secret === 'mysecret')) {
    const status = await statusOf(vector, { maxTtl: Infinity, pathForm: 'raw' });
    if (status === vector.nginx.status_if_raw_request_path_signed || ruleOf(elsewhereRules, vector.id)) continue;
    expect(ruleOf(rawRules, vector.id), `${vector.id} differs (${status})`).toBeDefined();
  }
});

test('the default maxTtl of a day refuses every vector that expires later', async () => {
  const far = vectors.filter(({ expires }) => Number(expires) > VECTOR_TIME + 86_400);
  expect(far.length).toBeGreaterThan(80);
  for (const vector of far) expect(await statusOf(vector, {}), vector.id).toBe(403);
});
