import fc from 'fast-check';
import { expect, test } from 'vitest';
import { problemOf } from '../../packages/cli/src/doctor/ask/ask-endpoint.ts';
import { passOf, tampered } from '../../packages/cli/src/doctor/ask/pass.ts';
import { diagnose } from '../../packages/cli/src/doctor/diagnose.ts';
import type { Answer } from '../../packages/cli/src/doctor/observations.ts';
import { parseJson, readAnswer, tokenFinder } from '../../packages/cli/src/endpoint-answer.ts';
import { recognise } from '../../packages/cli/src/format/recognise.ts';
import { propertyRuns, propertyTimeout } from '../support/property-runs.ts';

const film = 'https://cdn.example.com/vod/7/a.m3u8';
const member = fc.oneof(
  fc.constantFrom(film, 'https://cdn.example.com/vod/', '/vod/', 'https://', 'secret-token/', ''),
  fc.jsonValue(),
  fc.dictionary(fc.constantFrom('st', 'e', 'x'), fc.constantFrom('secret-token', '1')),
);
const token = fc.dictionary(
  fc.constantFrom('url', 'prefix', 'base', 'expires', 'query', 'headers', 'credentials', 'anyQuery'),
  member,
);
const body = fc.record({ now: member, tokens: fc.oneof(fc.array(token), member), denied: member });

test(
  'whatever an endpoint answers, it is diagnosed, and its tokens are not told',
  () => {
    fc.assert(
      fc.property(body, fc.integer({ min: 100, max: 599 }), (sent, status) => {
        const text = JSON.stringify(sent);
        const answer: Answer = { url: film, status, headers: new Headers(), body: text, sentMs: 0, receivedMs: 1 };
        const opening = tokenFinder(readAnswer(parseJson(text))!.tokens)(film);
        const isRight = opening !== undefined && problemOf(opening) === undefined;
        const pass = isRight ? passOf(opening, film, { source: '' }) : undefined;
        if (pass) tampered(pass);
        const findings = diagnose({
          page: { origin: 'https://app.example.com', isFrom: 'the caller' },
          patience: 4,
          edge: { url: film, travel: { headers: [], cookies: false }, source: '', withoutToken: answer },
          children: [],
          endpoint: { url: 'https://api.example.com/', asked: film, sendsCookies: false, initial: answer },
        });
        expect(JSON.stringify(findings)).not.toContain('secret-token');
      }),
      { numRuns: propertyRuns },
    );
  },
  propertyTimeout,
);

test(
  'a changed token differs from the good one in one character of its values',
  () => {
    const value = fc
      .stringMatching(/^[\w~=*/.%-]{1,80}$/)
      .filter((text) => /[A-Za-z\d]/.test(text) && !text.includes('%'));
    fc.assert(
      fc.property(value, value, (st, e) => {
        const pass = passOf({ query: { st, e } }, film, { source: '' })!;
        const changed = tampered(pass)!;
        const [one, other] = [pass.url, changed.url];
        expect(other).toHaveLength(one.length);
        expect(Array.from(one).filter((character, at) => character !== other[at])).toHaveLength(1);
      }),
      { numRuns: propertyRuns },
    );
  },
  propertyTimeout,
);

test(
  'any URL is recognised or not, and its bare one has no token that is recognised',
  async () => {
    const name = fc.constantFrom(
      'st',
      'e',
      'token',
      'expires',
      'Signature',
      'KeyName',
      'Key-Pair-Id',
      'verify',
      'hdnts',
    );
    const value = fc.oneof(
      fc.string(),
      fc.constantFrom(
        '1795500300',
        'exp=1795500300~acl=/*~hmac=00ff',
        '1795500300-0-0-0123456789abcdef0123456789abcdef',
      ),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(name, value)), async (pairs) => {
        const found = await recognise(`${film}?${new URLSearchParams(pairs).toString()}`);
        if (found) expect(new URL(found.bare).pathname).toBe('/vod/7/a.m3u8');
      }),
      { numRuns: propertyRuns },
    );
  },
  propertyTimeout,
);
