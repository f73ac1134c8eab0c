import { describe, expect, test } from 'vitest';
import { MASTER, after, code, each, fakeTime, fail, folder, inTurn, lab, pass, segment, st, watch } from './lab.ts';

fakeTime();

describe('renew() after a log-in, while a call of before is under way', () => {
  test('that call is made again: its denial was for somebody else', async () => {
    const it = lab(inTurn(fail(401), after(2, fail(401)), each()), { readAhead: 0 });
    expect(await code(it.source.sign(segment(1)))).toBe('ERR_DENIED');
    const request = watch(it.source.sign(segment(2)));
    await pass(1);
    await it.source.renew();
    await pass();
    expect(it.calls[1]!.init.signal.aborted).toBe(true);
    expect(st(request.value)).toBe('t3');
    expect(it.asked()[2]).toEqual([segment(2)]);
    await pass(5);
    expect(it.types()).toEqual(['tokendenied', 'tokenrenewed']);
  });

  test('its time and its number are those of the call that was answered', async () => {
    const it = lab(inTurn(fail(401), after(8, fail(401)), each(10)), { readAhead: 0 });
    await code(it.source.sign(segment(1)));
    const request = watch(it.source.sign(segment(2)));
    await pass(7);
    await it.source.renew();
    await pass();
    expect(st(request.value)).toBe('t3');
    // 10 s: usable for nine, counted from the second call
    await pass(8.5);
    expect(it.source.peek(segment(2))).toBeDefined();
  });

  test('where nobody was denied, it is joined', async () => {
    const it = lab(inTurn(folder(), after(2, folder())));
    await it.source.sign(MASTER);
    await pass(241);
    const renewed = it.source.renew();
    await pass(2);
    await renewed;
    expect(it.calls).toHaveLength(2);
    expect(it.calls[1]!.init.signal.aborted).toBe(false);
  });

  test('destroy() ends it', async () => {
    const it = lab(inTurn(fail(401), after(2, fail(401))), { readAhead: 0 });
    await code(it.source.sign(segment(1)));
    const request = code(it.source.sign(segment(2)));
    await pass(1);
    void it.source.renew();
    await pass();
    it.source.destroy();
    expect(await request).toBe('ERR_DESTROYED');
    expect(it.calls).toHaveLength(3);
  });
});
