import { expect, test } from 'vitest';
import { audienceWithOutage } from './session-audience.ts';

test(
  '30,000 sessions of 10,000 viewers, and a Redis that is killed and started again: none too many, and none denied wrongly once it is back for as long as a place lasts',
  { tags: ['redis'] },
  async () => {
    const outcome = await audienceWithOutage(10_000);
    console.log(JSON.stringify(outcome, undefined, 1));
    const { sessions, calm, unsettled, settled } = outcome;
    expect(sessions).toBeGreaterThan(29_990);
    for (const round of [...calm, ...settled]) expect(round).toMatchObject({ overLimit: 0, wrongDenials: 0 });
    // whoever has no more sessions than allowed has never heard a denial
    for (const round of [...calm, ...unsettled, ...settled]) expect(round.denialsOfFew).toBe(0);
    expect(unsettled[0]!.failures).toBeGreaterThan(0);
  },
);
