import { describe, expect, test } from 'vitest';
import { MEDIA, each, fakeTime, lab, advanceSeconds, segment } from './lab.ts';

fakeTime();

describe('the reason of a call', () => {
  test('initial, also where there was a token of that URL: it is forgotten after its end', async () => {
    const { source, reasons } = lab(each(30), { readAhead: 0 });
    await source.sign(segment(1));
    await advanceSeconds(40);
    await source.sign(segment(2));
    await source.sign(segment(1));
    expect(reasons()).toEqual(['initial', 'initial', 'initial']);
  });

  test('expired: what is at hand is no longer sent, a moment before its end', async () => {
    const { source, reasons } = lab(each(60), { readAhead: 0 });
    await source.sign(MEDIA);
    await advanceSeconds(58.5);
    await source.sign(MEDIA);
    expect(reasons()).toEqual(['initial', 'expired']);
  });

  test('expired: of a short token, within a tenth of its lifetime', async () => {
    const { source, reasons } = lab(each(10), { readAhead: 0 });
    await source.sign(MEDIA);
    await advanceSeconds(9.1);
    await source.sign(MEDIA);
    expect(reasons()).toEqual(['initial', 'expired']);
  });

  test('of a call for several URLs it is that of the first, unless one was refused', async () => {
    const { source, reasons, calls } = lab(each(60), { readAhead: 0 });
    await source.sign(MEDIA);
    await advanceSeconds(58.5);
    const [request] = await Promise.all([source.sign(MEDIA), source.sign(segment(1))]);
    await Promise.all([source.sign(segment(2)), source.refused(request, 403)]);
    expect(reasons()).toEqual(['initial', 'expired', 'refused']);
    expect(calls.map(({ urls }) => urls)).toEqual([[MEDIA], [MEDIA, segment(1)], [segment(2), MEDIA]]);
  });
});
