import { describe, expect, test } from 'vitest';
import type { Answer } from './lab.ts';
import {
  MASTER,
  after,
  code,
  each,
  fakeTime,
  fail,
  folder,
  inTurn,
  lab,
  advanceSeconds,
  segment,
  tokenOf,
  watch,
} from './lab.ts';

fakeTime();

describe('renew() after a log-in, while a call of before is under way', () => {
  test('that call is made again: its denial was for somebody else', async () => {
    const viewer = lab(inTurn(fail(401), after(2, fail(401)), each()), { readAhead: 0 });
    expect(await code(viewer.source.sign(segment(1)))).toBe('ERR_DENIED');
    const request = watch(viewer.source.sign(segment(2)));
    await advanceSeconds(1);
    await viewer.source.renew();
    await advanceSeconds();
    expect(viewer.calls[1]!.init.signal.aborted).toBe(true);
    expect(tokenOf(request.value)).toBe('t3');
    expect(viewer.asked()[2]).toEqual([segment(2)]);
    await advanceSeconds(5);
    expect(viewer.types()).toEqual(['tokendenied', 'tokenrenewed']);
  });

  test('nobody was denied before: its denial is for somebody else all the same', async () => {
    const viewer = lab(inTurn(after(2, fail(403)), each()), { readAhead: 0 });
    const request = watch(viewer.source.sign(segment(1)));
    await advanceSeconds(1);
    await viewer.source.renew();
    await advanceSeconds(1);
    expect(tokenOf(request.value)).toBe('t2');
    expect(viewer.types()).toEqual(['tokenrenewed']);
    expect(viewer.source.signNow(segment(1))).toBeDefined();
  });

  test('it lists some URLs in "denied": they alone are asked for again', async () => {
    const some: Answer = (call) => {
      const answer = each()(call) as { tokens: { url: string }[] };
      const of = (n: number) => (token: { url: string }) => token.url === segment(n);
      return { ...answer, tokens: answer.tokens.filter(of(1)), denied: [segment(2)] };
    };
    const viewer = lab(inTurn(after(2, some), each()), { readAhead: 0 });
    const requests = [1, 2].map((n) => watch(viewer.source.sign(segment(n))));
    await advanceSeconds(1);
    viewer.source.liftDenials();
    await advanceSeconds(1);
    expect(requests.map(({ value }) => tokenOf(value))).toEqual(['t1', 't2']);
    expect(viewer.asked()).toEqual([[segment(1), segment(2)], [segment(2)]]);
    expect(viewer.types()).not.toContain('tokendenied');
  });

  test('its time and its number are those of the call that was answered', async () => {
    const viewer = lab(inTurn(fail(401), after(8, fail(401)), each(10)), { readAhead: 0 });
    await code(viewer.source.sign(segment(1)));
    const request = watch(viewer.source.sign(segment(2)));
    await advanceSeconds(7);
    await viewer.source.renew();
    await advanceSeconds();
    expect(tokenOf(request.value)).toBe('t3');
    // 10 s: usable for nine, counted from the second call
    await advanceSeconds(8.5);
    expect(viewer.source.signNow(segment(2))).toBeDefined();
  });

  test('where nobody was denied, it is joined', async () => {
    const viewer = lab(inTurn(folder(), after(2, folder())));
    await viewer.source.sign(MASTER);
    await advanceSeconds(241);
    const renewed = viewer.source.renew();
    await advanceSeconds(2);
    await renewed;
    expect(viewer.calls).toHaveLength(2);
    expect(viewer.calls[1]!.init.signal.aborted).toBe(false);
  });

  test('destroy() ends it', async () => {
    const viewer = lab(inTurn(fail(401), after(2, fail(401))), { readAhead: 0 });
    await code(viewer.source.sign(segment(1)));
    const request = code(viewer.source.sign(segment(2)));
    await advanceSeconds(1);
    void viewer.source.renew();
    await advanceSeconds();
    viewer.source.destroy();
    expect(await request).toBe('ERR_DESTROYED');
    expect(viewer.calls).toHaveLength(3);
  });
});

test('renew() that is called as its token comes, as by a listener of tokenrenewed: no further call', async () => {
  const { source, calls } = lab();
  await source.sign(MASTER);
  source.addEventListener('tokenrenewed', () => void source.renew(), { once: true });
  await source.renew();
  await advanceSeconds(1);
  expect(calls).toHaveLength(2);
});
