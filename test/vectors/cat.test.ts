import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { commonAccessToken } from '../../packages/server/src/cat.ts';
import type { CatAlgorithm, CatKey } from '../../packages/server/src/cat.ts';
import type { VerifyingTokenFormat } from '../../packages/server/src/index.ts';
import type { CatVector } from '../support/cat-vector.ts';

const read = (name: string): unknown =>
  JSON.parse(readFileSync(new URL(`../../packages/server/vectors/cat/${name}`, import.meta.url), 'utf8'));
const vectors = read('vectors.json') as CatVector[];
const keys = read('keys.json') as Record<CatAlgorithm, { id: string; key?: string; private: string; public: string }[]>;

/** An edge that knows what a vector says, with a key of this half. */
const formatOf = (
  { algorithm = 'HS256', allKeys, options }: CatVector,
  half: 'private' | 'public',
): VerifyingTokenFormat => {
  const known = keys[algorithm].map((each): CatKey => ({ id: each.id, key: each.key ?? each[half] }));
  return commonAccessToken({ keys: allKeys ? known : known.slice(0, 1), algorithm, carrier: 'header', ...options });
};

const verdictOf = async (format: VerifyingTokenFormat, { token, url, method, now }: CatVector): Promise<string> => {
  const headers = new Headers({ 'CTA-Common-Access-Token': token });
  const verdict = await format.verify({ url, headers, ...(method !== undefined && { method }) }, now);
  if (verdict.ok) return 'ok';
  return verdict.claim === undefined ? verdict.reason : `${verdict.reason}: ${verdict.claim}`;
};

describe('vectors of Common Access Tokens', () => {
  test.each(vectors.map((vector) => [vector.name, vector] as const))('%s', async (_, vector) => {
    const { expected, claim } = vector;
    const verdict = claim === undefined ? expected : `${expected}: ${claim}`;
    expect(await verdictOf(formatOf(vector, 'public'), vector)).toBe(verdict);
    expect(await verdictOf(formatOf(vector, 'private'), vector)).toBe(verdict);
  });

  test('have names of their own', () => {
    expect(new Set(vectors.map(({ name }) => name)).size).toBe(vectors.length);
  });
});
