import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import type { Swap } from '../../../packages/media-element/src/swap-source.ts';
import { swapSource } from '../../../packages/media-element/src/swap-source.ts';

const play = vi.fn(() => Promise.reject(new Error('interrupted')));
const pause = vi.fn();

/** An element that loads as browsers do: from the start, at the default rate. */
class Media extends EventTarget {
  static HAVE_CURRENT_DATA = 2;
  currentTime = 50;
  playbackRate = 1.5;
  defaultPlaybackRate = 1;
  preload = 'none';
  crossOrigin = null;
  readyState = 4;
  paused = true;
  seeking = false;
  error = null;
  play(): Promise<void> {
    return play();
  }
  pause(): void {
    pause();
  }
  set src(_: string) {
    this.readyState = 0;
    this.currentTime = 0;
    this.playbackRate = this.defaultPlaybackRate;
  }
}

beforeAll(() => {
  vi.stubGlobal('HTMLMediaElement', Media);
  vi.stubGlobal('document', { pictureInPictureElement: null });
});
beforeEach(() => vi.clearAllMocks());
afterAll(() => vi.unstubAllGlobals());

function swap(media: Media, how: Partial<Swap> = {}): { isOver: () => boolean; abort: () => void } {
  const controller = new AbortController();
  onTestFinished(() => controller.abort());
  let isOver = false;
  void swapSource(media as unknown as HTMLMediaElement, {
    src: 'https://cdn.example.com/b',
    crossOrigin: null,
    position: 50,
    plays: true,
    isReplacement: true,
    staysPaused: false,
    signal: controller.signal,
    ...how,
  }).then(() => {
    isOver = true;
  });
  return { isOver: () => isOver, abort: () => controller.abort() };
}

const settled = async (): Promise<void> => {
  for (let turn = 0; turn < 9; turn++) await Promise.resolve();
};

/** Tells what a browser tells once there is a picture. */
async function arrive(media: Media): Promise<void> {
  media.readyState = 2;
  media.dispatchEvent(new Event('loadeddata'));
  await settled();
}

describe('swapSource', () => {
  test('where it was, as it was, until the picture is there', async () => {
    const media = new Media();
    const { isOver } = swap(media);
    expect(media).toMatchObject({ currentTime: 50, playbackRate: 1.5, defaultPlaybackRate: 1, preload: 'auto' });
    expect(play.mock.calls).toHaveLength(1);
    expect(pause.mock.calls).toHaveLength(0);
    expect(isOver()).toBe(false);
    await arrive(media);
    expect(isOver()).toBe(true);
    expect(media.preload).toBe('none');
  });

  test('paused it stays paused, also with the attribute "autoplay"', () => {
    swap(new Media(), { plays: false, staysPaused: true });
    expect(play.mock.calls).toHaveLength(0);
    expect(pause.mock.calls).toHaveLength(1);
  });

  test('an element that has not begun is not paused: the attribute "autoplay" may start it', () => {
    swap(new Media(), { plays: false });
    expect(pause).not.toHaveBeenCalled();
  });

  test('an element that has shown nothing and is paused loads no more than the page wants', async () => {
    const media = Object.assign(new Media(), { readyState: 0 });
    const { isOver } = swap(media, { position: 0, plays: false });
    expect(media.preload).toBe('none');
    media.dispatchEvent(new Event('suspend'));
    await settled();
    expect(isOver()).toBe(true);
  });

  test('nothing is done to an element that has failed or has another source by now', async () => {
    const media = new Media();
    const { isOver, abort } = swap(media);
    abort();
    await arrive(media);
    expect(isOver()).toBe(true);
    // what was changed for the swap is as the page has it
    expect(media.preload).toBe('none');
  });

  test('one that plays keeps its last frame until the next is painted, in a hidden page for 0.3 seconds', async () => {
    vi.useFakeTimers();
    onTestFinished(() => {
      vi.useRealTimers();
    });
    let paint: () => void = () => undefined;
    const requestVideoFrameCallback = (painted: () => void): void => {
      paint = painted;
    };
    const swapped = async () => {
      const media = Object.assign(new Media(), { paused: false, requestVideoFrameCallback });
      const { isOver } = swap(media);
      await arrive(media);
      await vi.advanceTimersByTimeAsync(299);
      expect(isOver()).toBe(false);
      return isOver;
    };
    const isPainted = await swapped();
    paint();
    await vi.advanceTimersByTimeAsync(0);
    expect(isPainted()).toBe(true);
    expect(vi.getTimerCount()).toBe(0);
    const isOver = await swapped();
    await vi.advanceTimersByTimeAsync(1);
    expect(isOver()).toBe(true);
  });

  test('after twenty seconds without data it no longer counts as under way', async () => {
    vi.useFakeTimers();
    onTestFinished(() => {
      vi.useRealTimers();
    });
    const { isOver } = swap(new Media());
    await vi.advanceTimersByTimeAsync(19_900);
    expect(isOver()).toBe(false);
    await vi.advanceTimersByTimeAsync(200);
    expect(isOver()).toBe(true);
  });
});
