import { describe, expect, test } from 'vitest';
import { each, fakeTime, lab, advanceSeconds, seconds, segment, tokenOf } from './lab.ts';

fakeTime();

describe('createTokenSource', () => {
  test('a token without a scope does not open the URL that the same answer denies', async () => {
    const viewer = lab(() => ({
      now: seconds(),
      tokens: [{ query: { st: 'others' }, expires: seconds() + 300 }],
      denied: [segment(2)],
    }));
    const [granted, denied] = await Promise.allSettled([
      viewer.source.sign(segment(1)),
      viewer.source.sign(segment(2)),
    ]);
    expect([granted.status, denied.status]).toEqual(['fulfilled', 'rejected']);
    viewer.answer = each();
    await viewer.source.renew();
    await advanceSeconds();
    // the viewer may have it now: it is asked for, and not sent with what was made for others
    expect(tokenOf(await viewer.source.sign(segment(2)))).not.toBe('others');
  });
});
