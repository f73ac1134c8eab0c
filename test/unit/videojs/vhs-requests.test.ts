import { beforeEach, describe, expect, test, vi } from 'vitest';
import type { Session } from '../../../packages/videojs/src/session.ts';
import { signVhsRequests } from '../../../packages/videojs/src/vhs-requests.ts';
import type { Videojs } from '../../../packages/videojs/src/vhs.ts';

type Hooks = Set<unknown>;

/** Makes the object in which VHS keeps its request hooks, for a player or for all. */
const hooksOf = () => {
  const all: Hooks = new Set();
  return {
    _requestCallbackSet: all,
    onRequest: (it: unknown) => all.add(it),
    offRequest: (it: unknown) => all.delete(it),
  };
};

const listeners = new Map<string, () => void>();
const tech = { vhs: undefined as { xhr: ReturnType<typeof hooksOf> } | undefined, on: vi.fn(), off: vi.fn() };
let isDisposed: boolean;
let own: ReturnType<typeof hooksOf>;
let stop: () => void;

const player = {
  on: (type: string, listener: () => void) => listeners.set(type, listener),
  off: (type: string) => listeners.delete(type),
  tech: () => {
    if (isDisposed) throw new TypeError('Invalid target');
    return tech;
  },
  isDisposed: () => isDisposed,
  readyState: () => 4,
};
const settled = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));

/** A source that was given at creation: VHS is there before its tech is. */
beforeEach(() => {
  vi.clearAllMocks();
  listeners.clear();
  isDisposed = false;
  own = hooksOf();
  tech.vhs = undefined;
  const session = { player, failure: {}, refusal: { last: undefined } } as unknown as Session;
  stop = signVhsRequests({ Vhs: { xhr: hooksOf() } } as unknown as Videojs, session);
});
const becomeReady = (): void => {
  listeners.get('xhr-hooks-ready')!();
  tech.vhs = { xhr: own };
};

describe('the microtask in which VHS is followed once its tech is there', () => {
  test('the requests of VHS are signed, and its retries are heard', async () => {
    becomeReady();
    await settled();
    expect(own._requestCallbackSet.size).toBe(2);
    expect(tech.on).toHaveBeenCalledExactlyOnceWith('retryplaylist', expect.any(Function));
  });

  test('the player is disposed of before it: nothing is touched', async () => {
    const failed = vi.fn();
    process.on('uncaughtException', failed);
    becomeReady();
    isDisposed = true;
    await settled();
    process.off('uncaughtException', failed);
    expect([failed, tech.on].map(({ mock }) => mock.calls)).toEqual([[], []]);
  });

  test('the plugin is disposed of before it: nothing of it stays with the player', async () => {
    becomeReady();
    stop();
    await settled();
    expect(tech.on).not.toHaveBeenCalled();
    expect(own._requestCallbackSet.size).toBe(0);
  });
});
