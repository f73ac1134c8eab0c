import { SecureTokenError, createTokenSource } from 'secure-token-core';
import type { TokenSource } from 'secure-token-core';
import { SOURCE_RENEWS, responseWithoutToken } from 'secure-token-core/adapter';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { signNativeTextTracks } from '../../../packages/videojs/src/native-text-tracks.ts';

const URL_ = 'https://cdn.test/de.vtt';

class FakeTrack extends EventTarget {
  src = URL_;
  readonly track = { mode: 'showing' };
  removeAttribute(): void {
    this.src = '';
  }
}

let source: TokenSource;
let element: FakeTrack;
let elements: FakeTrack[];
let stop: () => void;
let player: object;
/** Renewals that the worker was asked for. */
let renewals: number;
/** Whether the worker has a token after a renewal. */
let isAllowed: boolean;

/** A page with a token worker that signs, and a track that it was denied. */
beforeEach(async () => {
  vi.useFakeTimers();
  [renewals, isAllowed] = [0, false];
  vi.stubGlobal('HTMLTrackElement', FakeTrack);
  vi.stubGlobal('navigator', { serviceWorker: { controller: { scriptURL: 'https://site.test/token-worker.js' } } });
  vi.stubGlobal('fetch', async (_: string, { headers }: { headers: Record<string, string> }) => {
    // a worker takes its time
    await new Promise((resolve) => setTimeout(resolve, 2));
    if ('secure-token-signs' in headers) return new Response(null, { status: 204 });
    renewals++;
    return isAllowed
      ? new Response(null, { status: 204 })
      : responseWithoutToken(new SecureTokenError('ERR_DENIED', 'The worker was denied.'));
  });
  source = createTokenSource({ getTokens: () => Promise.resolve([]), protect: 'https://cdn.test/' });
  element = new FakeTrack();
  elements = [element];
  player = {
    $$: () => elements,
    remoteTextTracks: () => ({ on: () => undefined, off: () => undefined }),
    remoteTextTrackEls: () => elements,
    trigger: () => undefined,
    options_: {},
    tech: () => undefined,
    crossOrigin: () => null,
  };
  stop = signNativeTextTracks({ player, source } as never);
  await vi.advanceTimersByTimeAsync(100);
  expect(element.src).toBe(URL_);
  element.dispatchEvent(new Event('error'));
});

afterEach(() => {
  stop();
  source.destroy();
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

test('a worker that is denied after renew(), too: it is asked once for each renew(), and the track loaded once', async () => {
  for (let n = 1; n <= 3; n++) {
    element.src = '';
    await source.renew();
    await vi.advanceTimersByTimeAsync(10_000);
    expect([renewals, element.src]).toEqual([n, URL_]);
    element.dispatchEvent(new Event('error'));
    await vi.advanceTimersByTimeAsync(10_000);
    expect(renewals).toBe(n);
  }
});

test('a worker that has a token after renew(): the track is loaded again', async () => {
  isAllowed = true;
  await source.renew();
  await vi.advanceTimersByTimeAsync(10_000);
  expect([renewals, element.src]).toEqual([1, URL_]);
});

test('the plugin has stopped: the worker is asked nothing any more', async () => {
  stop();
  await source.renew();
  await vi.advanceTimersByTimeAsync(10_000);
  expect(renewals).toBe(0);
});

test('fifty tracks, loaded one after the other: one listener hears of renewals', async () => {
  stop();
  const listen = vi.spyOn(source, 'addEventListener');
  elements = Array.from({ length: 50 }, () => new FakeTrack());
  stop = signNativeTextTracks({ player, source } as never);
  await vi.advanceTimersByTimeAsync(1000);
  expect(elements.map(({ src }) => src)).toEqual(Array(50).fill(URL_));
  expect(listen.mock.calls.filter(([type]) => type === SOURCE_RENEWS)).toHaveLength(1);
});
