import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import fc from 'fast-check';
import { createTokenSource } from 'secure-token-core';
import { describe, expect, test } from 'vitest';
import { replyOf } from '../../packages/cli/src/conform/reply.ts';
import { wrongCarriers, wrongLists, wrongScopes, wrongTimes } from '../../packages/cli/src/conform/answer-musts.ts';

const URLS = ['https://cdn.test/vod/7/master.m3u8'];
const EXPIRES = 1_900_000_000;

/** The part of Ajv that is used here; Ajv is one of the packages of `test/extra`. */
interface Ajv {
  addFormat(name: string, isRight: (text: string) => boolean): void;
  compile(schema: unknown): (value: unknown) => boolean;
}

const isUrl = (text: string): boolean => {
  try {
    return new URL(text).href !== '';
  } catch {
    return false;
  }
};

function schemaCheck(): (value: unknown) => boolean {
  const { default: Ajv2020 } = createRequire(resolve('test/extra/package.json'))('ajv/dist/2020') as {
    default: new (options: object) => Ajv;
  };
  const ajv = new Ajv2020({ allowUnionTypes: true });
  ajv.addFormat('uri', isUrl);
  return ajv.compile(JSON.parse(readFileSync('packages/server/protocol/answer.schema.json', 'utf8')));
}

/** Whether a player takes an answer for one: it may deny, or have no token for the URL. */
async function coreAccepts(answer: unknown): Promise<boolean> {
  const source = createTokenSource({
    endpoint: 'https://api.test/token',
    protect: 'https://cdn.test/',
    retry: { limit: 0 },
    fetch: () => Promise.resolve(new Response(JSON.stringify(answer))),
  });
  const said = await source.sign(URLS[0]!).then(
    () => '',
    (error: unknown) => (error as Error).message,
  );
  source.destroy();
  return !said.includes('answer of the signing endpoint: ');
}

const conformAccepts = (answer: unknown): boolean => {
  const body = JSON.stringify(answer);
  const reply = replyOf(URLS, { url: '', status: 200, headers: new Headers(), body, sentMs: 0, receivedMs: 0 });
  return [wrongLists, wrongTimes, wrongScopes, wrongCarriers].every((wrongIn) => wrongIn(reply) === undefined);
};

const url = fc.constantFrom('https://cdn.test/vod/7/master.m3u8', 'HTTP://cdn.test/', 'http://[::1]:80/a?b#c');
const folder = fc.constantFrom('https://cdn.test/vod/', 'http://cdn.test/', 'https://cdn.test:444/a/%20/');
const seconds = fc.oneof(fc.constantFrom(EXPIRES, 0.5, 1e11), fc.integer({ min: 1, max: 2e9 }));
const texts = fc.dictionary(fc.constantFrom('st', 'e', 'x-t'), fc.oneof(fc.string(), fc.integer(), fc.constant(null)), {
  maxKeys: 3,
});
const orNull = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | null> => fc.option(value);

/** Answers that are right. */
const token = fc
  .record(
    {
      expires: seconds,
      url: orNull(url),
      prefix: orNull(folder),
      anyQuery: orNull(fc.boolean()),
      query: orNull(texts),
      headers: orNull(texts),
      credentials: orNull(fc.boolean()),
      more: fc.jsonValue({ maxDepth: 1 }),
    },
    { requiredKeys: ['expires'] },
  )
  .chain((made) =>
    fc.constantFrom(
      { ...made, query: {} },
      { ...made, credentials: true },
      { ...made, headers: {} },
      { ...made, prefix: 'https://cdn.test/', base: 'https://edge.test/t/' },
    ),
  );
const right = fc.record(
  {
    tokens: fc.array(token, { maxLength: 1 }),
    now: orNull(seconds),
    denied: orNull(fc.array(fc.string(), { maxLength: 3 })),
    more: fc.jsonValue({ maxDepth: 1 }),
  },
  { requiredKeys: ['tokens'] },
);

/** Values in the place of a member: right for some, wrong for others. */
const anyMember = fc.oneof(
  fc.constantFrom<unknown>(null, undefined, true, false, 0, -1, 1e11, 1e11 + 1, EXPIRES * 1000, EXPIRES, 1.5),
  fc.constantFrom<unknown>(
    '',
    'x',
    '1900000000',
    '/vod/',
    'ftp://cdn.test/',
    'httpx://cdn.test/',
    'https://',
    'https:',
  ),
  fc.constantFrom<unknown>('https://cdn.test/vod', 'https://cdn.test/vod/?a=/', 'https://cdn.test/#/', 'https://a b/'),
  fc.constantFrom<unknown>([], {}, [null], ['x'], { st: {} }, { st: [] }, { st: null }, [[]], [{}]),
  fc.constantFrom<unknown>({ 'x-t': 'a\nb' }, { 'x-t': ' a\r\n' }, { 'x t': 'a' }, { '': 'a' }, { 'x-t': 'ł' }),
);
const names = ['url', 'prefix', 'base', 'expires', 'query', 'headers', 'anyQuery', 'credentials'] as const;
const mutated = fc
  .tuple(right, fc.array(fc.tuple(fc.constantFrom('tokens', 'now', 'denied', ...names), anyMember), { maxLength: 3 }))
  .map(([answer, changes]) => {
    const copy = structuredClone(JSON.parse(JSON.stringify(answer))) as Record<string, unknown>;
    for (const [name, value] of changes) {
      const inToken = (names as readonly string[]).includes(name);
      const target = inToken ? (Array.isArray(copy.tokens) ? (copy.tokens[0] as unknown) : undefined) : copy;
      if (typeof target === 'object' && target !== null) (target as Record<string, unknown>)[name] = value;
    }
    return JSON.parse(JSON.stringify(copy)) as unknown;
  });

describe('the JSON Schema of the answer', { tags: ['ajv'] }, () => {
  test('accepts of right and mutated answers those that core and conform accept, and no other', async () => {
    const accepts = schemaCheck();
    const seen = { accepted: 0, refused: 0 };
    await fc.assert(
      fc.asyncProperty(mutated, async (answer) => {
        const isRight = accepts(answer);
        seen[isRight ? 'accepted' : 'refused']++;
        // a player passes over what is no text in `denied`; an endpoint has no reason to send it
        const { denied } = Object(answer) as { denied?: unknown };
        const deniesTexts = !Array.isArray(denied) || denied.every((entry) => typeof entry === 'string');
        expect(await coreAccepts(answer), JSON.stringify(answer)).toBe(isRight);
        expect(conformAccepts(answer), JSON.stringify(answer)).toBe(isRight && deniesTexts);
      }),
      { numRuns: 2000 },
    );
    expect(Math.min(seen.accepted, seen.refused)).toBeGreaterThan(200);
  });
});
