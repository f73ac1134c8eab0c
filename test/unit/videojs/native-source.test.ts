import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { TokenSource } from 'secure-token-core';
import { SecureTokenError, createTokenSource } from 'secure-token-core';
import { createSourceUser } from 'secure-token-core/adapter';
import { maintainNativeSource } from '../../../packages/videojs/src/native-source.ts';
import type { Session } from '../../../packages/videojs/src/session.ts';
import { FakeMedia, stubPage } from '../../support/fake-media.ts';

const url = 'https://cdn.example.com/film.mp4';
const TTL = 60;

let status: number;
let failWith: SecureTokenError | undefined;
let source: TokenSource;
let media: FakeMedia;
let ends: AbortController;
const failure = { show: vi.fn(), withdraw: vi.fn(), forget: vi.fn(), dispose: vi.fn() };
const told = vi.fn();

const later = (seconds: number): Promise<unknown> => vi.advanceTimersByTimeAsync(seconds * 1000);

/** An element that plays `url`, ten seconds in; its token is dead, and the edge refuses it. */
beforeEach(async () => {
  vi.useFakeTimers();
  vi.clearAllMocks();
  status = 206;
  failWith = undefined;
  stubPage(() => status);
  let calls = 0;
  source = createTokenSource({
    protect: 'https://cdn.example.com/',
    getTokens: async () => {
      if (failWith) throw failWith;
      return { url, expires: Date.now() / 1000 + TTL, query: { st: `SECRET${++calls}` } };
    },
  });
  media = new FakeMedia();
  const request = await source.sign(url);
  media.src = request.url;
  media.arrive(600);
  ends = new AbortController();
  const player = { readyState: () => media.readyState };
  const session = { player, source, user: createSourceUser(source), failure } as unknown as Session;
  maintainNativeSource(media as unknown as HTMLMediaElement, session, request, ends.signal);
  media.addEventListener('error', () => told(media.error));
  await media.play();
  media.time = 10;
  media.tell('timeupdate');
  await later(TTL + 5);
  status = 410;
});
afterEach(() => {
  ends.abort();
  source.destroy();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe('maintainNativeSource', () => {
  test('a refusal is neither told nor shown: the element goes on where it was', async () => {
    media.fail(2);
    await later(0.1);
    expect([media.sources.length, media.time, media.paused]).toEqual([2, 10, false]);
    expect([told, failure.show].map(({ mock }) => mock.calls.length)).toEqual([0, 0]);
  });

  test('a denial is shown once; after renew() it is withdrawn, and the element goes on, though no token was in use', async () => {
    failWith = new SecureTokenError('ERR_DENIED', 'no');
    media.fail(2);
    await later(60);
    expect(failure.show.mock.calls).toEqual([[expect.objectContaining({ code: 'ERR_DENIED' }), true]]);
    expect([failure.withdraw, told].map(({ mock }) => mock.calls.length)).toEqual([0, 0]);
    failWith = undefined;
    await source.renew();
    await later(0.1);
    expect(failure.withdraw).toHaveBeenCalledTimes(1);
    expect([media.sources.length, media.time]).toEqual([2, 10]);
  });

  test.each([
    ['with a picture it is a stall', 4, 0],
    ['without one the viewer reads why', 0, 1],
  ])('an outage is waited out: %s', async (_, readyState, shown) => {
    failWith = new SecureTokenError('ERR_SIGNING_UNAVAILABLE', 'down');
    media.readyState = readyState;
    media.fail(2);
    await later(600);
    expect(Math.min(failure.show.mock.calls.length, 1)).toBe(shown);
    failWith = undefined;
    for (let second = 0; second < 60 && media.sources.length < 2; second++) await later(1);
    expect([media.sources.length, told.mock.calls.length]).toEqual([2, 0]);
    expect(failure.withdraw).toHaveBeenCalledTimes(1);
  });

  test('what is not about tokens is told by the element itself', async () => {
    status = 404;
    media.fail(4);
    await later(60);
    expect(told.mock.calls).toEqual([[media.error]]);
    expect(failure.show).not.toHaveBeenCalled();
  });

  test('it is given back as it was', () => {
    ends.abort();
    expect([Object.hasOwn(media, 'play'), Object.hasOwn(media, 'pause')]).toEqual([false, false]);
    media.fail(2);
    expect(told).toHaveBeenCalledTimes(1);
  });
});
