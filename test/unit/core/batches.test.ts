import { describe, expect, test } from 'vitest';
import type { SignedRequest } from 'secure-token-core';
import type { Answer, Seen } from './lab.ts';
import { MASTER, advanceSeconds, after, code, each, eachBut, fail, fakeTime, folder, inTurn, lab } from './lab.ts';
import { holding, range, segment, sleep, tokenOf, watch } from './lab.ts';

fakeTime();

describe('a call', () => {
  test.each([
    [100, [100]],
    [250, [100, 100, 50]],
  ])('is for what is asked for in one task, a hundred URLs at most: %i URLs', async (count, sizes) => {
    const { source, asked } = lab(each());
    const urls = range(1, count);
    const requests = await Promise.all([...urls, `${urls[0]!}#f`].map((url) => source.sign(url)));
    expect(requests.map(({ url }) => url.replace(/\?st=t./, ''))).toEqual([...urls, `${urls[0]!}#f`]);
    expect([asked().flat(), asked().map(({ length }) => length)]).toEqual([urls, sizes]);
  });

  test('has one reason: that of its first URL, or `refused`, for then the answer has to be another token', async () => {
    const { source, asked, reasons } = lab(each(100), { readAhead: 0 });
    await source.sign(segment(1));
    await sleep(98.5);
    const [request] = await Promise.all([source.sign(segment(1)), source.sign(segment(2))]);
    await Promise.all([source.sign(segment(3)), source.refused(request, 403)]);
    expect(reasons()).toEqual(['initial', 'expired', 'refused']);
    expect(asked().slice(1)).toEqual([range(1, 2), [segment(3), segment(1)]]);
  });

  test.each([folder(), each(), each(300, { anyQuery: true })])(
    'is joined by requests that come meanwhile',
    async (answer) => {
      const viewer = lab(answer);
      await viewer.source.sign(MASTER);
      await sleep(3600);
      viewer.answer = after(1, answer);
      const seen: Seen<SignedRequest>[] = [];
      for (let n = 0; n < 5; n++) await advanceSeconds(0.1).then(() => seen.push(watch(viewer.source.sign(MASTER))));
      await advanceSeconds(1);
      expect([seen.map(({ value }) => tokenOf(value)), viewer.calls.length]).toEqual([range(1, 5, () => 't2'), 2]);
    },
  );

  test('for the token of a folder that brings one of a URL instead is repeated for the others', async () => {
    const { source, asked } = lab(inTurn(folder(60), after(0.5, each())));
    await source.sign(MASTER);
    await sleep(61);
    const seen = [1, 2, 2, 3].map((n) => watch(source.sign(segment(n))));
    await advanceSeconds(2);
    expect(asked()).toEqual([[MASTER], [segment(1)], range(2, 3)]);
    expect(seen.map(({ value }) => tokenOf(value))).toEqual(['t2', 't3', 't3', 't3']);
  });

  test('goes on for the others when a caller leaves; who has left already asks for nothing', async () => {
    const { source, calls } = lab(after(1, each()));
    const leaving = new AbortController();
    const [left, stays] = [source.sign(MASTER, leaving), watch(source.sign(MASTER))];
    await advanceSeconds(0.5);
    leaving.abort(new Error('left'));
    await expect(left).rejects.toThrow('left');
    await advanceSeconds(1);
    expect([tokenOf(stays.value), calls[0]!.init.signal.aborted]).toEqual(['t1', false]);
    await expect(source.sign(segment(1), leaving)).rejects.toThrow('left');
    expect(calls).toHaveLength(1);
  });

  test('without a token for a URL fails that request alone, with `tokenerror`; the next one asks again', async () => {
    const { source, errors, calls } = lab(
      inTurn(
        eachBut((url) => url === segment(2)),
        each(),
      ),
    );
    const codes = await Promise.all(range(1, 3).map((url) => code(source.sign(url))));
    expect(codes).toEqual([undefined, 'ERR_SIGNING_RESPONSE', undefined]);
    expect(errors()).toMatchObject([{ url: segment(2), message: holding('"url"', '"prefix"') }]);
    expect([tokenOf(await source.sign(segment(2))), calls.length]).toEqual(['t2', 2]);
  });
});

describe('one bad URL in a call', () => {
  /** The endpoint fails with `status` for any call with one of these. */
  const failing = (status: number, ...bad: number[]): Answer => {
    const urls = bad.map(segment);
    return (call) => (call.urls.some((url) => urls.includes(url)) ? fail(status) : each())(call);
  };

  test.each<[Answer, string]>([
    [failing(400, 4), '111011'],
    [failing(413, 1, 6), '011110'],
    [failing(500, 4), '111011'],
    [failing(500, 5, 7), '11110101'],
  ])('fails alone, or two of them, and the others get tokens (%#)', async (answer, done) => {
    const { source, calls } = lab(answer);
    const seen = range(1, done.length).map((url) => watch(source.sign(url)));
    await advanceSeconds();
    expect([seen.map(({ state }) => Number(state === 'done')).join(''), calls.length < 10]).toEqual([done, true]);
  });

  test('of a hundred: eight calls more at most, after which nearly all have theirs', async () => {
    const { source, calls } = lab(failing(500, 37));
    const seen = range(1, 100).map((url) => watch(source.sign(url)));
    await advanceSeconds(60);
    expect([calls.length <= 9, seen.filter(({ state }) => state === 'failed').length <= 7]).toEqual([true, true]);
  });

  test('is asked for alone from then on, holds up nobody, and is one like the others once it has a token', async () => {
    const viewer = lab(failing(500, 1));
    expect(await Promise.all(range(1, 2).map((url) => code(viewer.source.sign(url))))).toEqual([
      'ERR_SIGNING_UNAVAILABLE',
      undefined,
    ]);
    for (const url of range(10, 29)) {
      watch(viewer.source.sign(segment(1), { patient: true }));
      const other = watch(viewer.source.sign(url));
      await advanceSeconds(1);
      expect(other.state).toBe('done');
    }
    expect(viewer.asked().filter((urls) => urls.includes(segment(1)) && urls.length > 1)).toHaveLength(1);
    viewer.answer = each(10);
    await viewer.source.sign(segment(1));
    await advanceSeconds(300);
    await Promise.all(range(1, 2).map((url) => viewer.source.sign(url)));
    expect(viewer.asked().at(-1)).toEqual(range(1, 2));
  });

  test.each([500, 429, 502])('is not looked for if the endpoint is away (%i): all wait for it', async (status) => {
    const viewer = lab(fail(status));
    const seen = range(1, 6).map((url) => watch(viewer.source.sign(url, { patient: true })));
    await advanceSeconds(6);
    viewer.answer = each();
    await advanceSeconds(8);
    expect([new Set(seen.map(({ state }) => state)), viewer.calls.length <= 10]).toEqual([new Set(['done']), true]);
  });
});
