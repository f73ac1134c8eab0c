import { expect, test } from 'vitest';
import { askAfterDenials } from 'secure-token-core/adapter';
import { after, each, eachBut, fail, folder, inTurn } from './lab-answers.ts';
import { code, fakeTime, lab, tokenOf, watch } from './lab.ts';
import { advanceSeconds, elapsed } from './lab-time.ts';
import { CDN, MASTER, playlist, range, segment } from './lab-urls.ts';
import { hls } from 'secure-token-core/playlists';

fakeTime();

test('renew() ends the denial of a call that was sent before and answers after: what it was for is asked for once more', async () => {
  const viewer = lab(inTurn(after(2, fail(403)), each()));
  const request = watch(viewer.source.sign(MASTER));
  await advanceSeconds(1);
  watch(viewer.source.renew());
  await advanceSeconds(1);
  expect(tokenOf(request.value)).toBe('t2');
  expect(viewer.asked()).toEqual([[MASTER], [MASTER]]);
  expect(viewer.types()).toEqual(['tokenrenewed']);
});

test('two renew() before the first answer: one more call all the same', async () => {
  const viewer = lab(inTurn(after(4, fail(401)), each()));
  const request = watch(viewer.source.sign(MASTER));
  for (let n = 0; n < 2; n++) {
    await advanceSeconds(1);
    watch(viewer.source.renew());
  }
  await advanceSeconds(2);
  expect(tokenOf(request.value)).toBe('t2');
  expect(viewer.calls).toHaveLength(2);
});

test('an answer of before the log-in that lists URLs in "denied": they alone are asked for again', async () => {
  const viewer = lab(inTurn(after(2, eachBut(segment(2), true)), each()));
  const requests = range(1, 2).map((url) => watch(viewer.source.sign(url)));
  await advanceSeconds(1);
  viewer.source.liftDenials();
  await advanceSeconds(1);
  expect(requests.map(({ value }) => tokenOf(value))).toEqual(['t1', 't2']);
  expect(viewer.asked()).toEqual([range(1, 2), [segment(2)]]);
  expect(viewer.types()).not.toContain('tokendenied');
});

test('whoever is denied after the log-in too hears of it, after one more call', async () => {
  const viewer = lab(after(2, fail(403)));
  const request = watch(viewer.source.sign(MASTER));
  await advanceSeconds(1);
  watch(viewer.source.renew());
  await advanceSeconds(10);
  expect(request.error?.code).toBe('ERR_DENIED');
  expect(viewer.calls).toHaveLength(2);
  expect(viewer.types()).toEqual(['tokendenied']);
});

test('renew() by a listener of tokenrenewed makes no further call', async () => {
  const { source, calls } = lab();
  await source.sign(MASTER);
  source.addEventListener('tokenrenewed', () => void source.renew(), { once: true });
  await source.renew();
  await advanceSeconds(1);
  expect(calls).toHaveLength(2);
});

test('a log-in while the endpoint takes two seconds for a denial: the player has a token two seconds after that call', async () => {
  let isLoggedIn = true;
  const viewer = lab((call) => after(2, isLoggedIn ? folder(20) : fail(403))(call));
  const leaving = new AbortController();
  let servedAt = 0;
  const play = async (): Promise<void> => {
    for (let n = 0; !leaving.signal.aborted; n++) {
      const ask = (): Promise<unknown> => viewer.source.sign(segment(n), { patient: true });
      await askAfterDenials(viewer.source, ask, () => undefined, leaving.signal);
      servedAt = elapsed();
      await new Promise((resolve) => setTimeout(resolve, 1000));
    }
  };
  const playing = play().catch(() => undefined);
  await advanceSeconds(30);
  isLoggedIn = false;
  await advanceSeconds(60);
  watch(viewer.source.sign(`${CDN}/other/a.ts`));
  expect(elapsed() - servedAt, 'the session has ended').toBeGreaterThan(30);
  // a call of before the log-in is under way
  isLoggedIn = true;
  await advanceSeconds(0.1);
  watch(viewer.source.renew());
  await advanceSeconds(5);
  expect(elapsed() - servedAt).toBeLessThan(2);
  leaving.abort();
  await advanceSeconds(2);
  await playing;
});

test('a denied thumbnail does not end the film whose folder has a usable token', async () => {
  const denying = (call: { urls: string[] }): unknown => ({ tokens: [], denied: call.urls });
  const viewer = lab(inTurn(folder(), denying));
  await viewer.source.sign(MASTER);
  const thumbnail = viewer.source.signNow(`${segment(1)}.jpg`)!;
  expect(await code(viewer.source.refused(thumbnail, 403))).toBe('ERR_DENIED');
  expect(viewer.source.signNow(`${segment(1)}.jpg`)).toBeUndefined();
  expect(tokenOf(viewer.source.signNow(segment(1)))).toBe('t1');
});

test('an entry of `denied` denies the folder too once no usable token opens it', async () => {
  const denying = (call: { urls: string[] }): unknown => ({ tokens: [], denied: call.urls });
  const viewer = lab(inTurn(folder(20), denying));
  await viewer.source.sign(MASTER);
  await advanceSeconds(60);
  expect(await code(viewer.source.sign(segment(1)))).toBe('ERR_DENIED');
  const { length } = viewer.calls;
  expect(await code(viewer.source.sign(segment(2)))).toBe('ERR_DENIED');
  expect(viewer.calls).toHaveLength(length);
});

test('a name that is denied ahead of its use is asked for once a player requests it; nobody hears of it before', async () => {
  const viewer = lab(inTurn(each(), eachBut(segment(3), true), each()));
  await viewer.source.sign(MASTER);
  viewer.source.learn(MASTER, hls(playlist(1, 30)));
  await viewer.source.sign(segment(1));
  expect(viewer.types()).not.toContain('tokendenied');
  expect(tokenOf(await viewer.source.sign(segment(3)))).toBe('t3');
});
