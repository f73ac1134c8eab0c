import { describe, expect, test, vi } from 'vitest';
import { LastingPlay } from '../../../packages/media-element/src/lasting-play.ts';

class Media extends EventTarget {
  error: object | null = null;
  paused = true;
  autoplay = false;
  played = { length: 0 };
  readonly asked = vi.fn<() => Promise<void>>(() => Promise.resolve());
  play(): Promise<void> {
    return this.asked();
  }
  pause(): void {
    this.paused = true;
  }
}

const interrupted = new DOMException('interrupted', 'AbortError');
const open = (
  media: Media,
  operation: () => Promise<void> | undefined = () => undefined,
  signal: AbortSignal = new AbortController().signal,
): LastingPlay => new LastingPlay(media as unknown as HTMLMediaElement, operation, signal);

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

  test.each([
    [false, false],
    [true, true],
  ])('load() of the page pauses without an event, and autoplay starts again: autoplay %j', (autoplay, isWanted) => {
    const media = Object.assign(new Media(), { paused: false, autoplay });
    const lasting = open(media);
    media.paused = true;
    media.dispatchEvent(new Event('emptied'));
    expect(lasting.isWanted).toBe(isWanted);
    media.pause();
    media.dispatchEvent(new Event('emptied'));
    expect(lasting.isWanted).toBe(false);
  });

  test('an element has begun once it plays, has played, or is paused', () => {
    expect(open(new Media()).hasBegun).toBe(false);
    expect(open(Object.assign(new Media(), { paused: false })).hasBegun).toBe(true);
    expect(open(Object.assign(new Media(), { played: { length: 1 } })).hasBegun).toBe(true);
    const [played, paused] = [new Media(), new Media()];
    const [one, other] = [open(played), open(paused)];
    played.dispatchEvent(new Event('play'));
    paused.pause();
    expect([one.hasBegun, other.hasBegun]).toEqual([true, true]);
  });

  test.each([
    ['paused, has not begun', true, false],
    ['that plays, has begun', false, true],
  ])('a first source in an element %s', (_, paused, hasBegun) => {
    const media = Object.assign(new Media(), { paused, played: { length: 1 } });
    const lasting = open(media);
    lasting.beginAnew();
    expect(lasting.hasBegun).toBe(hasBegun);
  });

  test('what is asked of an element that has failed is remembered until it is paused', async () => {
    const media = new Media();
    const lasting = open(media);
    await media.play();
    expect(lasting.isWanted).toBe(false);
    media.error = {};
    await media.play();
    expect(lasting.isWanted).toBe(true);
    media.pause();
    expect(lasting.isWanted).toBe(false);
  });

  test('that it has played is remembered when the browser pauses it because it has failed', () => {
    const media = Object.assign(new Media(), { paused: false });
    const lasting = open(media);
    media.dispatchEvent(new Event('play'));
    // as Chromium does with a source that it cannot load
    Object.assign(media, { error: {}, paused: true });
    media.dispatchEvent(new Event('pause'));
    expect(lasting.isWanted).toBe(true);
    Object.assign(media, { error: null });
    media.dispatchEvent(new Event('pause'));
    expect(lasting.isWanted, 'by the viewer').toBe(false);
  });

  test('the end gives back what the element had, and leaves alone what others have put there since', () => {
    const media = new Media();
    const own = vi.fn();
    Object.assign(media, { pause: own });
    const first = new AbortController();
    open(media, undefined, first.signal);
    first.abort();
    expect(Object.hasOwn(media, 'play')).toBe(false);
    expect(media.pause).toBe(own);
    const second = new AbortController();
    open(media, undefined, second.signal);
    const foreign = vi.fn();
    Object.assign(media, { play: foreign });
    second.abort();
    expect(media.play).toBe(foreign);
  });
});
