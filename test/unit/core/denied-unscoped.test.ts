import { describe, expect, test } from 'vitest';
import { each, fakeTime, lab, pass, seconds, segment, st } from './lab.ts';

fakeTime();

describe('createTokenSource', () => {
  test('a token without a scope does not open the URL that the same answer denies', async () => {
    const it = lab(() => ({
      now: seconds(),
      tokens: [{ query: { st: 'others' }, expires: seconds() + 300 }],
      denied: [segment(2)],
    }));
    const [granted, denied] = await Promise.allSettled([it.source.sign(segment(1)), it.source.sign(segment(2))]);
    expect([granted.status, denied.status]).toEqual(['fulfilled', 'rejected']);
    it.answer = each();
    await it.source.renew();
    await pass();
    // the viewer may have it now: it is asked for, and not sent with what was made for others
    expect(st(await it.source.sign(segment(2)))).not.toBe('others');
  });
});
