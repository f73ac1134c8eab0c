import { describe, expect, test, vi } from 'vitest';
import { readLimited } from '../../../../packages/server/src/http/read-limited.ts';

const chunks = (): ReadableStream<Uint8Array> =>
  new ReadableStream({ pull: (controller) => controller.enqueue(new Uint8Array(1000)) });
const post = (headers: HeadersInit): Request =>
  new Request('https://app.test/token', { method: 'POST', body: chunks(), headers, duplex: 'half' } as RequestInit);

test.each<[string, HeadersInit]>([
  ['says that it is too long', { 'content-length': '5000' }],
  ['turns out too long', {}],
])('body: a request that %s is given up at once, also where somebody has cloned it', async (_, headers) => {
  const request = post(headers);
  request.clone();
  expect(await readLimited(request, 3000)).toBeUndefined();
});

describe('body: a read that a signal ends', () => {
  /** A body that stalls behind its beginning, and that no signal and no `cancel` ends. */
  const stalled = (headers: HeadersInit): { response: Response; cancel: ReturnType<typeof vi.fn> } => {
    const cancel = vi.fn(() => new Promise<void>(() => undefined));
    const start = (controller: ReadableStreamDefaultController): void => controller.enqueue(new Uint8Array(10));
    return { response: new Response(new ReadableStream({ start, cancel }), { headers }), cancel };
  };
  const watched = (): { controller: AbortController; listeners: () => number } => {
    const controller = new AbortController();
    const added = vi.spyOn(controller.signal, 'addEventListener');
    const removed = vi.spyOn(controller.signal, 'removeEventListener');
    return { controller, listeners: () => added.mock.calls.length - removed.mock.calls.length };
  };

  test.each<[string, HeadersInit]>([['of an unknown length', {}]])(
    '%s: it throws the reason, lets the body go and leaves no listener',
    async (_, headers) => {
      const { response, cancel } = stalled(headers);
      const { controller, listeners } = watched();
      const read = readLimited(response, 3000, { signal: controller.signal });
      await new Promise(setImmediate);
      expect(listeners()).toBe(1);
      controller.abort('left');
      await expect(read).rejects.toBe('left');
      expect(cancel).toHaveBeenCalledOnce();
      expect(listeners()).toBe(0);
    },
  );
});
