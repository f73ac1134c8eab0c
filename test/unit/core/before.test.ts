import { expect, test } from 'vitest';
import type { SignedRequest } from 'secure-token-core';
import { keepAsking, sendSigned } from 'secure-token-core/adapter';
import type { Lab } from './lab.ts';
import { MASTER, advanceSeconds, each, fail, fakeTime, hurry, inTurn, lab, watch } from './lab.ts';

fakeTime();

const ask = ({ source }: Lab): ReturnType<typeof watch<SignedRequest>> => {
  const { signal } = new AbortController();
  return watch(keepAsking({ source, signal, ask: (how) => source.sign(MASTER, how), mayWait: () => true }));
};

test('keepAsking() waits through an outage, however long', async () => {
  const viewer = lab(fail(503));
  const request = ask(viewer);
  await hurry(3600);
  expect(request.state).toBe('pending');
  viewer.answer = each();
  await advanceSeconds(30);
  expect(request.value?.token).toBeDefined();
});

test('keepAsking() holds a denied request until tokens come, or the source ends', async () => {
  const viewer = lab(fail(403));
  const [request, other] = [ask(viewer), ask(lab(fail(403)))];
  await hurry(3600);
  expect([request.state, viewer.calls.length]).toEqual(['pending', 1]);
  viewer.answer = each();
  await viewer.source.renew();
  await advanceSeconds(1);
  expect(request.value?.token).toBeDefined();
  expect(other.state).toBe('pending');
  const gone = lab(fail(403));
  const ended = ask(gone);
  await advanceSeconds(1);
  gone.source.destroy();
  await advanceSeconds();
  expect(ended.error?.code).toBe('ERR_DESTROYED');
});

test('sendSigned() sends a refused request once more, with another token', async () => {
  const { source, types } = lab(inTurn(each()));
  const sent: string[] = [];
  const send = async ({ url }: SignedRequest): Promise<Response> => (sent.push(url), new Response('', { status: 403 }));
  const { response } = await sendSigned(source, await source.sign(MASTER), send);
  expect([response?.status, sent]).toEqual([403, [`${MASTER}?st=t1`, `${MASTER}?st=t2`]]);
  expect(types().at(-1)).toBe('tokenerror');
});
