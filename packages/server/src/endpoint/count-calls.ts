import { AgingMap } from '../memory/aging-map.ts';

/** Viewers that are counted one by one; each costs about 200 bytes. */
const maxViewers = 100_000;
/** Characters of a digest that viewers beyond those share: 4,096 windows. */
const sharedLength = 2;

interface CallWindow {
  calls: number;
  readonly endsMs: number;
}

/**
 * Counts calls a viewer in fixed windows, in the memory of this process: behind several instances a viewer has `limit`
 * in each.
 *
 * A window is kept until it ends, however many viewers come: a flood of made-up ones must neither fill the memory nor
 * win anybody a new window. Once `maxViewers` windows are open, further viewers are counted together, by the first
 * characters of their digest: under such a flood a newcomer may be refused for the calls of others, and nobody gets
 * more than `limit`.
 *
 * @param options.window seconds
 * @returns counts a call of `viewer`, a digest, and tells the seconds to wait; 0 when the call may go on
 */
export function countCalls({
  limit,
  window,
}: {
  limit: number;
  window: number;
}): (viewer: string, nowMs: number) => number {
  const windowMs = window * 1000;
  // They are all of one length, so the oldest end first.
  const windows = new AgingMap<string, CallWindow>();
  // One that is further away than two windows is of a clock that has been set back since.
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
    // Whoever was counted with others takes their calls along, or would have a limit twice.
    if (windows.size < maxViewers) return begin(viewer, shared?.calls ?? 0, nowMs);
    return shared ?? begin(viewer.slice(0, sharedLength), 0, nowMs);
  };
  return (viewer, nowMs) => {
    const counted = windowOf(viewer, nowMs);
    counted.calls++;
    return counted.calls > limit ? Math.ceil((counted.endsMs - nowMs) / 1000) : 0;
  };
}
