import { describe, expect, test } from 'vitest';
import { code, fail, fakeTime, inTurn, lab, advanceSeconds, segment } from './lab.ts';

fakeTime();

describe('createTokenSource', () => {
  test('a batch is split, and its parts are denied: that is final, and nothing is asked for again', async () => {
    const { source, asked, types } = lab(inTurn(fail(500), fail(403)));
    const requests = [source.sign(segment(1)), source.sign(segment(2))].map(code);
    await advanceSeconds(60);
    expect(await Promise.all(requests)).toEqual(['ERR_DENIED', 'ERR_DENIED']);
    expect(asked()).toEqual([[segment(1), segment(2)], [segment(1)], [segment(2)]]);
    expect(types()).toEqual(['tokenerror', 'tokendenied', 'tokendenied']);
  });
});
