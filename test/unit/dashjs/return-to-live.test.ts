import { expect, test, vi } from 'vitest';
import { returnToLive } from '../../../packages/dashjs/src/return-to-live.ts';
import type { Session } from '../../../packages/dashjs/src/session.ts';

/** dash.js, which waits at `currentTime` with nothing to play, and whose live window begins at 70. */
function waiting(currentTime: number) {
  const listeners = new Set<(event: object) => void>();
  const state = { isReady: true, isDynamic: true, isPaused: false };
  const player = {
    on: (_: string, listener: (event: object) => void) => listeners.add(listener),
    off: (_: string, listener: (event: object) => void) => listeners.delete(listener),
    isReady: () => state.isReady,
    isDynamic: () => state.isDynamic,
    isPaused: () => state.isPaused,
    getDvrWindow: () => ({ start: 70, end: 100 }),
    getVideoElement: () => ({ currentTime, buffered: { length: 0 } }),
    getManifest: () => ({}),
    getActiveStream: () => ({ getId: () => 'p2' }),
    getStreamsFromManifest: () => [{ id: 'p2' }],
    seekToOriginalLive: vi.fn(),
  };
  const loads = new Set<object>();
  const end = returnToLive({ player, loads } as unknown as Session);
  const measure = (): void => listeners.forEach((listener) => listener({ metric: 'DVRInfo' }));
  return { player, state, loads, measure, end };
}

test('a picture that waits in front of the window goes on at the live edge, until the session ends', () => {
  const { player, measure, end } = waiting(68.5);
  measure();
  end();
  measure();
  expect(player.seekToOriginalLive).toHaveBeenCalledOnce();
});

test.each<[string, number, (it: ReturnType<typeof waiting>) => unknown]>([
  ['within the window', 75, () => undefined],
  ['just in front of the window, where dash.js may still request the position', 69.5, () => undefined],
  [
    'while dash.js is not ready',
    60,
    ({ state }) => {
      state.isReady = false;
    },
  ],
  [
    'on demand',
    60,
    ({ state }) => {
      state.isDynamic = false;
    },
  ],
  [
    'paused',
    60,
    ({ state }) => {
      state.isPaused = true;
    },
  ],
  ['while a request is under way', 60, ({ loads }) => loads.add({})],
])('%s, playback stays where it is', (_, currentTime, change) => {
  const player = waiting(currentTime);
  change(player);
  player.measure();
  expect(player.player.seekToOriginalLive).not.toHaveBeenCalled();
});
