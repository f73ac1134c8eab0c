import { describe, expect, test, vi } from 'vitest';
import { LastingPlay } from '../../../packages/media-element/src/lasting-play.ts';

class Media {
  error: object | null = null;
  paused = true;
  readonly asked = vi.fn<() => Promise<void>>(() => Promise.resolve());
  play(): Promise<void> {
    return this.asked();
  }
  pause(): void {
    this.paused = true;
  }
}

const interrupted = new DOMException('interrupted', 'AbortError');
const open = (media: Media, operation: () => Promise<void> | undefined = () => undefined): LastingPlay =>
  new LastingPlay(media as unknown as HTMLMediaElement, operation);

describe('LastingPlay', () => {
  test('a play() that is interrupted by a change of source waits for it, and goes on', async () => {
    vi.useFakeTimers();
    const media = Object.assign(new Media(), { paused: false });
    let end = (): void => undefined;
    let operation: Promise<void> | undefined = new Promise((resolve) => (end = resolve));
    open(media, () => operation);
    media.asked.mockRejectedValueOnce(interrupted);
    const settled = vi.fn();
    const playing = media.play().then(settled);
    await vi.advanceTimersByTimeAsync(1);
    expect(settled).not.toHaveBeenCalled();
    operation = undefined;
    end();
    await playing;
    vi.useRealTimers();
    expect(media.asked).toHaveBeenCalledTimes(2);
  });

  test('without one, or if it is paused meanwhile, it fails as ever', async () => {
    const media = new Media();
    let operation: Promise<void> | undefined = undefined;
    open(media, () => operation);
    media.asked.mockRejectedValue(interrupted);
    await expect(media.play()).rejects.toBe(interrupted);
    operation = Promise.resolve();
    await expect(media.play()).rejects.toBe(interrupted);
    expect(media.asked).toHaveBeenCalledTimes(2);
  });

  test('what is asked of an element that has failed is remembered once, unless it is paused', async () => {
    const media = new Media();
    const lasting = open(media);
    await media.play();
    expect(lasting.takeRequest()).toBe(false);
    media.error = {};
    await media.play();
    expect([lasting.takeRequest(), lasting.takeRequest()]).toEqual([true, false]);
    await media.play();
    media.pause();
    expect(lasting.takeRequest()).toBe(false);
  });

  test('release() gives back what the element had, and leaves alone what others have put there since', () => {
    const media = new Media();
    const own = vi.fn();
    Object.assign(media, { pause: own });
    const lasting = open(media);
    lasting.release();
    expect(Object.hasOwn(media, 'play')).toBe(false);
    expect(media.pause).toBe(own);
    const second = open(media);
    const foreign = vi.fn();
    Object.assign(media, { play: foreign });
    second.release();
    expect(media.play).toBe(foreign);
  });
});
