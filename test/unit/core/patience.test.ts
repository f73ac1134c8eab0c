import { expect, test } from 'vitest';
import { fail } from './lab-answers.ts';
import { fakeTime, lab, watch } from './lab.ts';
import { advanceSeconds } from './lab-time.ts';
import { MASTER } from './lab-urls.ts';

fakeTime();

test.each([false, true])(
  'whoever waits with a limit of one try fails after it, also beside a patient one (%s)',
  async (isFirst) => {
    const viewer = lab(fail(503), { retry: { limit: 1 } });
    const patient = isFirst ? watch(viewer.source.sign(MASTER, { patient: true })) : undefined;
    const other = watch(viewer.source.sign(MASTER));
    const late = isFirst ? undefined : watch(viewer.source.sign(MASTER, { patient: true }));
    await advanceSeconds(5);
    expect(other.error?.code).toBe('ERR_SIGNING_UNAVAILABLE');
    expect(viewer.calls).toHaveLength(2);
    expect((patient ?? late)?.state).toBe('pending');
  },
);

test('a caller who comes during an outage has all tries, whoever waits since its beginning', async () => {
  const viewer = lab(fail(503), { retry: { limit: 2 } });
  watch(viewer.source.sign(MASTER, { patient: true }));
  await advanceSeconds(30);
  const before = viewer.calls.length;
  const late = watch(viewer.source.sign(MASTER));
  await advanceSeconds(20);
  expect(late.error?.code).toBe('ERR_SIGNING_UNAVAILABLE');
  const duringIts = viewer.calls.length - before;
  expect(duringIts).toBeGreaterThanOrEqual(3);
});
