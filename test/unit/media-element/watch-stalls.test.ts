import { afterEach, expect, test, vi } from 'vitest';
import { watchStalls } from '../../../packages/media-element/src/watch-stalls.ts';

afterEach(() => void vi.unstubAllGlobals());

const refusal = { request: {}, status: 403 };

/** An element that waits for data, and what is asked about it. */
function stall(element: object = {}) {
  vi.stubGlobal('HTMLMediaElement', { HAVE_FUTURE_DATA: 3 });
  const media = Object.assign(new EventTarget(), { seeking: false, readyState: 2, error: null, ...element });
  const findRefusal = vi.fn((): Promise<unknown> => Promise.resolve(refusal));
  const isIdle = vi.fn(() => true);
  const onRefused = vi.fn();
  const ending = new AbortController();
  watchStalls(media as never, { requests: { findRefusal } as never, signal: ending.signal, isIdle, onRefused });
  const tell = async (): Promise<void> => {
    media.dispatchEvent(new Event('stalled'));
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { media, findRefusal, isIdle, onRefused, ending, tell };
}

test.each([
  ['nothing to play', {}],
  ['a seek', { readyState: 4, seeking: true }],
])('what the edge refuses is told when the element waits for data: %s', async (_, element) => {
  const { onRefused, tell } = stall(element);
  await tell();
  expect(onRefused).toHaveBeenCalledExactlyOnceWith(refusal);
});

test.each([
  ['it plays on', { readyState: 3 }],
  ['it has failed, which is looked into anyway', { error: {} }],
])('the edge is not asked when %s', async (_, element) => {
  const { findRefusal, tell } = stall(element);
  await tell();
  expect(findRefusal).not.toHaveBeenCalled();
});

test('nor while something is under way, nor after the release', async () => {
  const busy = stall();
  busy.isIdle.mockReturnValue(false);
  await busy.tell();
  expect(busy.findRefusal).not.toHaveBeenCalled();
  const released = stall();
  released.ending.abort();
  await released.tell();
  expect(released.findRefusal).not.toHaveBeenCalled();
});

test('nothing is told of a slow network', async () => {
  const { findRefusal, onRefused, tell } = stall();
  findRefusal.mockResolvedValue(undefined);
  await tell();
  expect(onRefused).not.toHaveBeenCalled();
});

test('nothing is told when data have come meanwhile, or something else has begun', async () => {
  const fed = stall();
  fed.findRefusal.mockImplementation(() => {
    fed.media.readyState = 4;
    return Promise.resolve(refusal);
  });
  await fed.tell();
  expect(fed.onRefused).not.toHaveBeenCalled();
  const busy = stall();
  busy.findRefusal.mockImplementation(() => {
    busy.isIdle.mockReturnValue(false);
    return Promise.resolve(refusal);
  });
  await busy.tell();
  expect(busy.onRefused).not.toHaveBeenCalled();
});
