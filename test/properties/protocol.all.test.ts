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
  return !said.includes('Answer of the signing endpoint: ');
}

const conformAccepts = (answer: unknown): boolean => {
  const body = JSON.stringify(answer);
  const reply = replyOf(URLS, { url: '', status: 200, headers: new Headers(), body, sentMs: 0, receivedMs: 0 });
  return [wrongLists, wrongTimes, wrongScopes, wrongCarriers].every((wrongIn) => wrongIn(reply) === undefined);
};

/** Values in the place of a member: right for some, wrong for others. */
const anyMember = fc.oneof(
  fc.constantFrom<unknown>(null, undefined, true, false, 0, -1, 1e11, 1e11 + 1, EXPIRES * 1000, EXPIRES, 1.5),
  fc.constantFrom<unknown>('', 'x', '1900000000', '/vod/', 'ftp://cdn.test/', 'httpx://cdn.test/', 'https:'),
  fc.constantFrom<unknown>('https://cdn.test/vod', 'https://cdn.test/vod/?a=/', 'https://cdn.test/#/', 'https://a b/'),
  fc.constantFrom<unknown>([], {}, [null], ['x'], { st: {} }, { st: [] }, { st: null }, [[]], [{}]),
  fc.constantFrom<unknown>({ 'x-t': 'a\nb' }, { 'x-t': ' a\r\n' }, { 'x t': 'a' }, { '': 'a' }, { 'x-t': 'ł' }),
);
/** Mostly a right value, or none. */
const member = (...right: unknown[]): fc.Arbitrary<unknown> =>
  fc.oneof({ weight: 15, arbitrary: fc.constantFrom(...right, undefined) }, { weight: 1, arbitrary: anyMember });
const texts = [{ st: 'a', e: 5 }, {}, { 'x-t': null }, null];
const token = fc.record({
  expires: member(EXPIRES, 0.5, 1e11, 5).map((value) => (value === undefined ? EXPIRES : value)),
  url: member(URLS[0], 'HTTP://cdn.test/', 'http://[::1]:80/a?b#c', null),
  prefix: member('https://cdn.test/vod/', 'http://cdn.test/', 'https://cdn.test:444/a/%20/', null),
  base: fc.oneof({ weight: 15, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: anyMember }),
  anyQuery: member(true, false, null),
  query: member(...texts),
  headers: member(...texts),
  credentials: member(true, false, null),
  more: fc.jsonValue({ maxDepth: 1 }),
});
const answers = fc
  .record({
    tokens: fc.oneof({ weight: 15, arbitrary: fc.array(token, { maxLength: 1 }) }, { weight: 1, arbitrary: anyMember }),
    now: member(EXPIRES, 0.5, null),
    denied: member([], ['x'], null),
    more: fc.jsonValue({ maxDepth: 1 }),
  })
  .map((answer) => JSON.parse(JSON.stringify(answer)) as unknown);

describe('the JSON Schema of the answer', { tags: ['ajv'] }, () => {
  test('accepts of right and wrong answers those that core and conform accept, and no other', async () => {
    const accepts = schemaCheck();
    const seen = { accepted: 0, refused: 0 };
    await fc.assert(
      fc.asyncProperty(answers, async (answer) => {
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
