import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { Token, TokenReason, TokenRequest, TokensAnswer } from 'secure-token-core';

interface Schema {
  readonly required: readonly string[];
  readonly properties: Readonly<Record<string, { readonly enum?: readonly unknown[] }>>;
  readonly $defs: { readonly token: Schema };
}

const folder = 'packages/server/protocol/';
const readJson = (name: string): unknown => JSON.parse(readFileSync(folder + name, 'utf8'));
const request = readJson('request.schema.json') as Schema;
const answer = readJson('answer.schema.json') as Schema;

/** The names of a type: the compiler asks for all of them, and for no other. */
const namesOf = <T>(names: Record<keyof T, true>): string[] => Object.keys(names).sort();
const propertiesOf = ({ properties }: Schema): string[] => Object.keys(properties).sort();

test('the schema of a token has the members of the type, and asks for the same', () => {
  const { token } = answer.$defs;
  const opened = { url: true, prefix: true, anyQuery: true, expires: true } as const;
  const carriers = { query: true, headers: true, base: true, credentials: true } as const;
  expect(propertiesOf(token)).toEqual(namesOf<Token>({ ...opened, ...carriers }));
  expect(token.required).toEqual(['expires']);
});

test('the schema of an answer has the members of the type, and asks for the same', () => {
  expect(propertiesOf(answer)).toEqual(namesOf<TokensAnswer>({ tokens: true, now: true, denied: true }));
  expect(answer.required).toEqual(['tokens']);
});

test('the schema of a request has what a player sends, and each reason', () => {
  const names = namesOf<Omit<TokenRequest, 'signal'>>({ urls: true, reason: true, session: true });
  expect(propertiesOf(request)).toEqual(names);
  const reasons: Record<TokenReason, true> = { initial: true, expiring: true, expired: true, refused: true };
  expect(request.properties.reason!.enum).toEqual([...Object.keys(reasons), null]);
});

test('every reference of the OpenAPI document and of the schemas leads somewhere', () => {
  for (const name of ['openapi.json', 'request.schema.json', 'answer.schema.json']) {
    const document = readFileSync(folder + name, 'utf8');
    for (const [, reference] of document.matchAll(/"\$ref": "([^"]+)"/g)) {
      const [file, path = ''] = reference!.split('#');
      const steps = path.split('/').slice(1);
      const found = steps.reduce<unknown>(
        (at, step) => (at as Record<string, unknown> | undefined)?.[step],
        readJson(file === '' ? name : file!),
      );
      expect(found, `${name}: ${reference!}`).toBeDefined();
    }
  }
});
