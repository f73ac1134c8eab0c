import fc from 'fast-check';
import { expect, test } from 'vitest';
import { passOf, tampered } from '../../packages/cli/src/doctor/ask/pass.ts';
import { diagnose } from '../../packages/cli/src/doctor/diagnose.ts';
import type { Answer } from '../../packages/cli/src/doctor/observations.ts';
import { isObject, tokenFinder, tokenProblem } from '../../packages/cli/src/endpoint-answer.ts';
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
        const tokens: unknown[] = Array.isArray(sent.tokens) ? sent.tokens : [];
        const opening = tokenFinder(tokens.filter(isObject))(film);
        const isRight = opening !== undefined && tokenProblem(opening) === undefined;
        const pass = isRight ? passOf(opening, film, { source: '' }) : undefined;
        if (pass) tampered(pass);
        const findings = diagnose({
          page: { origin: 'https://app.example.com', isFrom: 'the caller' },
          edge: { url: film, withoutToken: answer },
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
