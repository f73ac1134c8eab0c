import { expect, test } from 'vitest';
import { tokenThatOpens } from '../../packages/cli/src/doctor/endpoint-answer.ts';
import type { Answer } from '../../packages/cli/src/doctor/observations.ts';
import { preflightProblem } from '../../packages/cli/src/doctor/rules/cors.ts';
import { recognise } from '../../packages/cli/src/format/recognise.ts';
import { expectLinear, repeated } from '../support/growth.ts';

test('the format of a URL is looked for, from 40 to 160 kB', async () => {
  const url = (length: number): string => `https://cdn.example.com/${repeated('edge-cache-token=', length)}`;
  await expectLinear((length) => {
    const long = url(length);
    return () => recognise(long);
  }, 40_000);
});

test('the spaces in a list of allowed headers, from 4 to 16 kB', async () => {
  const page = { origin: 'https://app.example.com', isAssumed: false };
  await expectLinear((length) => {
    const listed = `a${' '.repeat(length)}b, content-type`;
    const headers = new Headers({
      'access-control-allow-origin': page.origin,
      'access-control-allow-headers': listed,
    });
    const answer: Answer = { url: 'https://api.example.com/', status: 204, headers, sentMs: 0, receivedMs: 1 };
    return () => {
      expect(preflightProblem(answer, page, { names: ['content-type'], credentials: false })).toBeUndefined();
    };
  }, 4000);
});

test('the token for a long URL among many tokens, from 2 to 8 kB', async () => {
  await expectLinear((length) => {
    const tokens = Array.from({ length }, () => ({ url: 1 }));
    const url = `https://cdn.example.com/${'a'.repeat(length)}`;
    return () => tokenThatOpens({ now: 0, tokens, denied: [] }, url);
  }, 2000);
});
