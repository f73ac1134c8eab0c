import { describe, expect, test } from 'vitest';
import { refusalOf, untouchedRequest } from '../../../packages/core/src/adapter.ts';
import { MASTER, each, fakeTime, lab } from './lab.ts';

fakeTime();

describe('refusalOf', () => {
  test('the statuses that `refusals` names, and no other', async () => {
    const { source } = lab(each(), { refusals: [404] });
    const request = await source.sign(MASTER);
    expect(refusalOf(source, request, 404)).toMatchObject({ code: 'ERR_TOKEN_REFUSED', url: MASTER, status: 404 });
    expect(refusalOf(source, request, 403)).toBeUndefined();
  });

  test('not where there was no token to refuse', () => {
    const { source } = lab(each());
    expect(refusalOf(source, untouchedRequest('https://ads.test/x'), 403)).toBeUndefined();
  });
});
