import { expect, test } from 'vitest';
import type { SignedRequest } from 'secure-token-core';
import { keepAsking } from 'secure-token-core/adapter';
import { MASTER, advanceSeconds, each, fail, fakeTime, hurry, lab, watch } from './lab.ts';

fakeTime();

test.each([503, 403])('keepAsking() waits through an outage, or for tokens after a denial: %i', async (status) => {
  const viewer = lab(fail(status));
  const ask = (how: { signal: AbortSignal }): Promise<SignedRequest> => viewer.source.sign(MASTER, how);
  const { signal } = new AbortController();
  const request = watch(keepAsking({ source: viewer.source, signal, ask, mayWait: () => true }));
  await hurry(3600);
  expect([request.state, viewer.calls.length === 1]).toEqual(['pending', status === 403]);
  viewer.answer = each();
  if (status === 403) await viewer.source.renew();
  await advanceSeconds(30);
  expect(request.value?.token).toBeDefined();
});
