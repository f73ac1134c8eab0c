import { expect, test } from 'vitest';
import { audienceWithOutage } from './session-audience.ts';

test(
  '3,000 sessions of 1,000 viewers, and a Redis that is killed and started again: none too many, and none denied wrongly once it is back for as long as a place lasts',
  { tags: ['redis'] },
  async () => {
    const { sessions, calm, unsettled, settled } = await audienceWithOutage(1000);
    expect(sessions).toBeGreaterThan(2990);
    for (const round of [...calm, ...settled]) expect(round).toMatchObject({ overLimit: 0, wrongDenials: 0 });
    // whoever has no more sessions than allowed has never heard a denial
    for (const round of [...calm, ...unsettled, ...settled]) expect(round.denialsOfFew).toBe(0);
    expect(calm[0]!.denied).toBe(333);
    expect(unsettled[0]!.failures).toBeGreaterThan(0);
  },
);
