import { describe, expect, test } from 'vitest';
import { refusalStatuses } from '../../../packages/core/src/contract/token-source-options.ts';
import { FOLDER, MASTER, fakeTime, folder, lab, tokenOf } from './lab.ts';

fakeTime();

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

test('a 400 of a store is a refusal that is replayed, and a 400 of another edge is none', async () => {
  const { source } = lab(folder(), { refusals: [{ prefix: FOLDER, statuses: [400] }] });
  const request = await source.sign(MASTER);
  expect([400, 403].map((status) => source.isRefusal(request, status))).toEqual([true, false]);
  const elsewhere = { ...request, unsignedUrl: 'https://other.example.com/a' };
  expect([400, 403].map((status) => source.isRefusal(elsewhere, status))).toEqual([false, true]);
  expect(tokenOf(await source.refused(request, 400))).toBe('t2');
});
