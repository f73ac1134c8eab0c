import { AgingMap } from '../memory/aging-map.ts';

/** The number of viewers that are counted one by one; each takes about 200 bytes. */
const maxViewers = 100_000;
/** The number of characters of a digest that further viewers share: 4,096 windows. */
const sharedLength = 2;

interface CallWindow {
  calls: number;
  readonly endsMs: number;
}

/**
 * Counts the calls of each viewer in fixed windows, in the memory of this process: with several instances, a viewer has
 * `limit` on each of them.
 *
 * A window is kept until it ends, however many viewers come: a flood of invented viewers must neither fill the memory
 * nor give any viewer a new window. Once `maxViewers` windows are open, further viewers are counted together, by the
 * first characters of their digest. During such a flood, a new viewer may be refused because of the calls of others,
 * and no viewer gets more than `limit`.
 *
 * @param options.window seconds
 * @returns a function that counts a call of `viewer`, a digest, and returns the seconds to wait; 0 if the call may go
 *   on
 */
export function countCalls({
  limit,
  window,
}: {
  limit: number;
  window: number;
}): (viewer: string, nowMs: number) => number {
  const windowMs = window * 1000;
  // All windows have the same length, so the oldest one ends first.
  const windows = new AgingMap<string, CallWindow>();
  // A window that ends more than two lengths from now began before the clock was set back.
  const isOpen = ({ endsMs }: CallWindow, nowMs: number): boolean => endsMs > nowMs && endsMs <= nowMs + 2 * windowMs;
  const openWindow = (id: string, nowMs: number): CallWindow | undefined => {
    const found = windows.get(id);
    if (found && !isOpen(found, nowMs)) windows.delete(id);
    return found && isOpen(found, nowMs) ? found : undefined;
  };
  const begin = (id: string, calls: number, nowMs: number): CallWindow => {
    const begun = { calls, endsMs: nowMs + windowMs };
    windows.set(id, begun);
    return begun;
  };
  const windowOf = (viewer: string, nowMs: number): CallWindow => {
    const own = openWindow(viewer, nowMs);
    if (own) return own;
    for (const [id, oldest] of windows) {
      if (isOpen(oldest, nowMs)) break;
      windows.delete(id);
    }
    const shared = openWindow(viewer.slice(0, sharedLength), nowMs);
    // A viewer who was counted with others takes their calls along. Otherwise, the viewer would have the limit twice.
    if (windows.size < maxViewers) return begin(viewer, shared?.calls ?? 0, nowMs);
    return shared ?? begin(viewer.slice(0, sharedLength), 0, nowMs);
  };
  return (viewer, nowMs) => {
    const counted = windowOf(viewer, nowMs);
    counted.calls++;
    return counted.calls > limit ? Math.ceil((counted.endsMs - nowMs) / 1000) : 0;
  };
}
