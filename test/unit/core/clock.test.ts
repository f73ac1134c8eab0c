import { describe, expect, test } from 'vitest';
import type { Answer, Lab } from './lab.ts';
import { FOLDER, MASTER, MEDIA, START, advanceSeconds, after, elapsed, fakeTime, folder, inTurn, lab } from './lab.ts';
import { seconds, tokenOf, watch } from './lab.ts';

fakeTime();

const HOUR = 3600;
/** An endpoint that tells no time in its answer; some tell it in a header. */
const untold =
  (life = 300, headers = (): Record<string, string> => ({})): Answer =>
  ({ index }) => {
    const token = { prefix: FOLDER, query: { st: `t${index}` }, expires: seconds() + life };
    return Response.json({ now: index % 2 ? null : undefined, tokens: [token] }, { headers: headers() });
  };
const withDate = untold(300, () => ({ date: new Date(Date.now()).toUTCString() }));
/** A viewer whose clock is wrong by some seconds. */
const wrongBy = (by: number, answer = folder(), more = {}): Lab & { wrong: { by: number } } => {
  const wrong = { by };
  return Object.assign(lab(answer, { clock: () => Date.now() + wrong.by * 1000, ...more }), { wrong });
};
/** Requests the same for `time` seconds; it never waits. */
async function play({ source }: Lab, time: number): Promise<void> {
  for (const end = elapsed() + time; elapsed() < end;) {
    expect(source.signNow(MASTER), `at ${elapsed()} s`).toBeDefined();
    await advanceSeconds(2);
  }
}

describe('a viewer whose clock is wrong plays as any other', () => {
  const all = [0, 5 * HOUR, -5 * HOUR].flatMap((by) => [folder(), withDate].map((answer) => [by, answer] as const));
  test.each(all)('by %i s, whether the endpoint tells its time by `now` or by Date', async (by, answer) => {
    const viewer = wrongBy(by, answer);
    await viewer.source.sign(MASTER);
    await play(viewer, 600);
    expect(viewer.at().map(Math.round)).toEqual([0, 240, 480]);
    const request = viewer.source.signNow(MASTER)!;
    expect(viewer.source.isRefusal(request, 0), 'the network').toBe(false);
    viewer.source.destroy();
    await advanceSeconds(300);
    expect(viewer.source.isRefusal(request, 0), 'at its end a failure without a status is a refusal').toBe(true);
  });

  test.each([
    ['back', 5 * HOUR, -60],
    ['back by less than has passed', 0, -100],
  ])('or set %s while it plays', async (_, before, later) => {
    const viewer = wrongBy(before);
    await viewer.source.sign(MASTER);
    await play(viewer, 120);
    viewer.wrong.by = later;
    await play(viewer, 480);
    expect(viewer.at().map(Math.round)).toEqual([0, 240, 480]);
  });

  test('or set forth, as after sleep: one call more', async () => {
    const viewer = wrongBy(0);
    await viewer.source.sign(MASTER);
    viewer.wrong.by = HOUR;
    expect(tokenOf(await viewer.source.sign(MASTER))).toBe('t2');
    await play(viewer, 230);
    expect(viewer.calls).toHaveLength(2);
  });

  test('with tokens of the page: they are judged by that clock until the endpoint has answered', async () => {
    const tokens = [{ prefix: FOLDER, query: { st: 'page' }, expires: START + 100 }];
    const { source: fast } = wrongBy(5 * HOUR, folder(), { tokens });
    expect([fast.signNow(MASTER), tokenOf(await fast.sign(MASTER))]).toEqual([undefined, 't1']);
    const { source: slow } = wrongBy(-5 * HOUR, folder(), { tokens });
    const request = slow.signNow(MASTER)!;
    await advanceSeconds(100);
    expect(tokenOf(await slow.refused(request, 0)), 'it may have ended').toBe('t1');
    expect(await slow.refused(slow.signNow(MASTER)!, 0), 'the network').toBeUndefined();
  });
});

describe('an endpoint that tells no time', () => {
  test('has its tokens renewed by a right clock; what an earlier answer told holds', async () => {
    for (const viewer of [wrongBy(0, untold()), wrongBy(5 * HOUR, inTurn(folder(), untold()))]) {
      await viewer.source.sign(MASTER);
      await play(viewer, 470);
      expect(viewer.calls).toHaveLength(2);
    }
  });

  test('and a fast clock: not one call a use; if tokens live shorter than it assumes, the edge tells', async () => {
    const viewer = wrongBy(HOUR, untold());
    for (let n = 0; n < 60; n++) await viewer.source.sign(MEDIA).then(() => advanceSeconds(4));
    expect(viewer.calls.length).toBeLessThanOrEqual(8);
    const { source } = wrongBy(HOUR, untold(20));
    const request = await source.sign(MEDIA);
    await advanceSeconds(21);
    expect(tokenOf(source.signNow(MEDIA))).toBe('t1');
    expect(tokenOf(await source.refused(request, 410))).toBe('t2');
  });

  test('and one stale token: later ones are used until their own end', async () => {
    const { source, errors } = lab(inTurn(untold(-HOUR), untold(60)));
    expect(tokenOf(await source.refused(await source.sign(MASTER), 403))).toBe('t2');
    await advanceSeconds(59);
    expect([source.signNow(MASTER)?.token?.expires, errors()]).not.toEqual([START + 60, []]);
  });
});

describe('a call that takes long', () => {
  const back: Answer = (call) => ((answer) => after(8, () => answer)(call))(folder(20)(call));
  test.each([back, after(8, folder(20))])('does not make its token look younger', async (answer) => {
    const { source, calls } = lab(answer);
    watch(source.sign(MASTER));
    await advanceSeconds(15.1);
    expect([source.signNow(MASTER) !== undefined, calls.length]).toEqual([true, 2]);
    await advanceSeconds(3);
    expect(source.signNow(MASTER)).toBeUndefined();
  });

  test('longer than its token lives: the token is sent all the same, for the edge knows better', async () => {
    const { source, errors } = lab(inTurn(folder(-10), folder()));
    expect([tokenOf(await source.sign(MASTER)), source.signNow(MASTER)]).toEqual(['t1', undefined]);
    expect(errors()).toEqual([]);
    expect(tokenOf(await source.sign(MASTER))).toBe('t2');
  });
});
