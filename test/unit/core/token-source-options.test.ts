import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import {
  MAX_URLS_PER_CALL,
  refusalStatuses,
  withDefaults,
} from '../../../packages/core/src/contract/token-source-options.ts';
import { DEFAULT_MAX_URLS } from '../../../packages/server/src/endpoint/signing-endpoint-options.ts';

describe('withDefaults', () => {
  const endpoint = '/token';
  const defaults = {
    endpoint,
    tokens: [],
    jitter: 0.3,
    readAhead: 6,
    retry: { limit: 4, backoffLimit: 30 },
    timeout: 10,
    refusals: [401, 403, 410],
    clock: Date.now,
    random: Math.random,
  };

  test('what is left out has its default', () => {
    expect(withDefaults({ endpoint })).toEqual(defaults);
  });

  test.each([
    ['jitter', `${defaults.jitter}`],
    ['readAhead', `${defaults.readAhead}`],
    ['retry.limit', `${defaults.retry.limit}`],
    ['retry.backoffLimit', `${defaults.retry.backoffLimit}`],
    ['timeout', `${defaults.timeout}`],
    ['refusals', `\`[${defaults.refusals.join(', ')}]\``],
  ])('docs/options.md names the default of %s: %s', (name, value) => {
    const page = readFileSync(new URL('../../../docs/options.md', import.meta.url), 'utf8');
    const row = page.split('\n').find((line) => line.startsWith(`| \`${name}\` |`))!;
    expect(row.split(/ (?<!\\)\| /)[2]).toBe(value);
  });

  test('so has what is undefined, as from a variable of the app', () => {
    expect(withDefaults({ endpoint, jitter: undefined as never, retry: undefined as never })).toEqual(defaults);
  });

  test('what is given stays, and what belongs to it is completed', () => {
    expect(withDefaults({ endpoint, readAhead: 0, retry: { limit: 0 }, renewBefore: 5 })).toEqual({
      ...defaults,
      readAhead: 0,
      retry: { limit: 0, backoffLimit: 30 },
      renewBefore: 5,
    });
  });
});

const google = { prefix: 'https://storage.googleapis.com/films', statuses: [400, 403] };
const statusesAt = (url: string, ...refusals: Parameters<typeof refusalStatuses>[0]): readonly number[] =>
  refusalStatuses(refusals, url);

describe('refusalStatuses', () => {
  test.each(['https://storage.googleapis.com/films/7/a.mp4', 'https://storage.googleapis.com/films?a=1'])(
    '%s has the statuses of its store',
    (url) => expect(statusesAt(url, google, 401)).toEqual([400, 403]),
  );

  test.each(['https://storage.googleapis.com/films2/a.mp4', 'https://cdn.example.com/films/a.mp4'])(
    '%s, of no prefix, has the bare statuses, or else the default',
    (url) => {
      expect(statusesAt(url, google, 401)).toEqual([401]);
      expect(statusesAt(url, google)).toEqual([401, 403, 410]);
      expect(statusesAt(url)).toEqual([]);
    },
  );

  test('of two prefixes that fit, the first one counts; one without statuses refuses nothing', () => {
    const narrow = { prefix: `${google.prefix}/7/`, statuses: [] };
    expect(statusesAt(`${google.prefix}/7/a`, narrow, google)).toEqual([]);
    expect(statusesAt(`${google.prefix}/8/a`, narrow, google)).toEqual([400, 403]);
    expect(statusesAt(`${google.prefix}/7/a`, google, narrow)).toEqual([400, 403]);
  });
});

test('players send no more URLs in a call than a signing endpoint takes unless it is told otherwise', () => {
  expect(MAX_URLS_PER_CALL).toBe(DEFAULT_MAX_URLS);
});
