import { describe, expect, test, vi } from 'vitest';
import { acquireTokenSource } from '../../../packages/core/src/adapter.ts';
import type { Answer } from './lab.ts';
import { CDN, MASTER, code, each, fail, fakeTime, folder, inTurn, lab, advanceSeconds, seconds } from './lab.ts';
import { liveViewer } from './live-viewer.ts';

fakeTime();

/** A token of 24 s for the folder of each URL that is asked for. */
const folderOfEach: Answer = ({ urls }) => ({
  now: seconds(),
  tokens: urls.map((url) => ({ prefix: new URL('.', url).href, query: { st: 'a' }, expires: seconds() + 24 })),
});

describe('a token source whose players come and go', () => {
  test('the last player leaves after one request: no timer is left, and no call is made', async () => {
    const { source, calls } = lab(folder(24));
    const { release } = acquireTokenSource(source);
    await source.sign(MASTER);
    release();
    expect(vi.getTimerCount()).toBe(0);
    await advanceSeconds(60);
    expect(calls).toHaveLength(1);
  });

  test('one of two players leaves, and says so twice: the token is renewed for the other', async () => {
    const { source, calls } = lab(folder(24));
    const [first, second] = [acquireTokenSource(source), acquireTokenSource(source)];
    await source.sign(MASTER);
    first.release();
    first.release();
    await advanceSeconds(20);
    expect(calls).toHaveLength(2);
    second.release();
    expect(vi.getTimerCount()).toBe(0);
  });

  test('a player comes after the last one has left: what it asks for is renewed, and nothing else', async () => {
    const { source, asked } = lab(folderOfEach);
    const first = acquireTokenSource(source);
    await source.sign(MASTER);
    first.release();
    await advanceSeconds(1);
    acquireTokenSource(source);
    const next = `${CDN}/vod/8/master.m3u8`;
    await source.sign(next);
    await advanceSeconds(20);
    expect(asked()).toEqual([[MASTER], [next], [next]]);
  });

  test('a request that is sent as the last player leaves starts no timer', async () => {
    const { source, calls } = lab(folder(24));
    const { release } = acquireTokenSource(source);
    await source.sign(MASTER);
    release();
    expect(source.signNow(MASTER)).toBeDefined();
    expect(vi.getTimerCount()).toBe(0);
    await advanceSeconds(60);
    expect(calls).toHaveLength(1);
  });

  test('without a player on it, as an app uses it by itself, a source renews what is asked for', async () => {
    const { source, calls } = lab(folder(24));
    await source.sign(MASTER);
    await advanceSeconds(20);
    expect(calls).toHaveLength(2);
  });

  test('renew() after the last player has left lifts a denial, and renews the token that was used last', async () => {
    const { source, reasons } = lab(inTurn(folder(), fail(403), folder()));
    const { release } = acquireTokenSource(source);
    await source.sign(MASTER);
    release();
    expect(await code(source.renew())).toBe('ERR_DENIED');
    await source.renew();
    expect(reasons()).toEqual(['initial', 'expiring', 'expiring']);
    expect(vi.getTimerCount()).toBe(0);
  });

  test('a request that waits in an outage ends with the last player: the endpoint is not called again', async () => {
    const { source, calls } = lab(fail(503));
    const { release } = acquireTokenSource(source);
    const leaving = new AbortController();
    const request = code(source.sign(MASTER, { signal: leaving.signal }));
    await advanceSeconds(0.5);
    release();
    leaving.abort();
    await request;
    await advanceSeconds(600);
    expect(calls).toHaveLength(1);
  });

  test('a request of the app that waits in an outage goes on after the last player has left', async () => {
    const { source } = lab(inTurn(fail(503), folder()));
    const { release } = acquireTokenSource(source);
    const request = source.sign(MASTER);
    await advanceSeconds(0.5);
    release();
    await advanceSeconds(30);
    expect((await request).token).toBeDefined();
  });

  test('a live stream is to be signed further ahead in a moment, and the last player leaves: that is not done', async () => {
    const viewer = await liveViewer(each(20), { jitter: 0.25, random: () => 1 });
    const { release } = acquireTokenSource(viewer.source);
    await viewer.watch(1);
    await advanceSeconds(0.5);
    release();
    expect(vi.getTimerCount()).toBe(0);
    await advanceSeconds(60);
    expect(viewer.calls).toHaveLength(2);
  });
});

test('an aborted request counts no more as one that waits: what else the call is for is tried once more', async () => {
  const { source, calls } = lab(fail(503));
  const leaving = new AbortController();
  const request = code(source.sign(MASTER, { signal: leaving.signal }));
  await advanceSeconds(0.5);
  leaving.abort();
  await request;
  await advanceSeconds(600);
  expect(calls).toHaveLength(2);
});
