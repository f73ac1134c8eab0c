import type Player from 'video.js/dist/types/player.js';
import { beforeEach, expect, test, vi } from 'vitest';
import type { TokenSource } from '../../../packages/core/src/index.ts';
import { UnsignedSources } from '../../../packages/videojs/src/late-plugin.ts';

const given = { src: 'https://cdn.example/vod/master.m3u8', type: 'application/x-mpegURL' };
const warn = vi.spyOn(console, 'warn').mockImplementation(() => undefined);

const listeners = new Map<string, (event: { type: string }) => void>();
const player = {
  src: vi.fn(),
  currentSrc: vi.fn(),
  readyState: vi.fn(),
  paused: vi.fn(),
  play: vi.fn(() => Promise.reject(new Error('no gesture'))),
  on: (types: string[], listener: (event: { type: string }) => void) =>
    types.forEach((type) => listeners.set(type, listener)),
  off: (types: string[]) => types.forEach((type) => listeners.delete(type)),
};
const tell = (type: string): void => listeners.get(type)?.({ type });
const source = { protects: vi.fn() };
let sources: UnsignedSources;
const reload = (): void => sources.reload(player as unknown as Player, source as unknown as TokenSource);

beforeEach(() => {
  vi.clearAllMocks();
  player.currentSrc.mockReturnValue(given.src);
  player.readyState.mockReturnValue(0);
  player.paused.mockReturnValue(true);
  listeners.clear();
  source.protects.mockReturnValue(true);
  sources = new UnsignedSources();
  sources.note(player as unknown as Player, given);
});

test('a source that was loaded without the plugin, and has not arrived: told once, and loaded again', () => {
  reload();
  reload();
  expect(player.src).toHaveBeenCalledExactlyOnceWith(given);
  expect(warn).toHaveBeenCalledOnce();
  expect(warn.mock.calls[0]![0]).toMatch(/after player\.src\(\).*loaded again/);
});

test.each([
  ['something of it has arrived: it needed no token', () => player.readyState.mockReturnValue(1)],
  ['it is not protected', () => source.protects.mockReturnValue(false)],
  ['another one was set a moment ago: that one is signed', () => player.currentSrc.mockReturnValue('https://a/b')],
  ['nothing was loaded', () => (sources = new UnsignedSources())],
])('not if %s', (_, change) => {
  change();
  reload();
  expect([player.src.mock.calls, warn.mock.calls]).toEqual([[], []]);
});

const wish = (what: 'play' | 'pause'): void => sources.noteWish(player as unknown as Player, what);

test('a play() of before is asked for again with the source, until something of it has arrived', () => {
  wish('play');
  reload();
  expect(player.play).not.toHaveBeenCalled();
  player.paused.mockReturnValue(false);
  tell('loadstart');
  expect(player.play, 'it plays').not.toHaveBeenCalled();
  player.paused.mockReturnValue(true);
  tell('loadstart');
  tell('loadedmetadata');
  expect(player.play).toHaveBeenCalledTimes(2);
  expect(listeners.size).toBe(0);
});

test.each<[string, () => void]>([
  ['there was none', () => undefined],
  [
    'the viewer has paused since',
    () => {
      wish('play');
      wish('pause');
    },
  ],
  [
    'it was for another source',
    () => {
      wish('play');
      sources.note(player as unknown as Player, given);
    },
  ],
])('no play() if %s', (_, before) => {
  before();
  reload();
  expect(listeners.size).toBe(0);
});

test('no play() if the viewer pauses while the source is loaded again', () => {
  wish('play');
  reload();
  wish('pause');
  tell('loadstart');
  tell('loadedmetadata');
  expect(player.play).not.toHaveBeenCalled();
  expect(listeners.size).toBe(0);
});

test('no play() of another source, if the one that is loaded again never arrives', () => {
  wish('play');
  reload();
  tell('loadstart');
  player.play.mockClear();
  player.currentSrc.mockReturnValue('https://cdn.example/vod/another.m3u8');
  tell('loadstart');
  tell('loadedmetadata');
  expect(player.play).not.toHaveBeenCalled();
  expect(listeners.size).toBe(0);
});
