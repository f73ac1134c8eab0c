import { optionsError } from './options-error.ts';

export interface RateLimitOptions {
  /** Calls a viewer may make within one window. */
  limit: number;
  /** Seconds. */
  window: number;
  /** Who is asking: a session id, an account, or the client address from your platform. */
  key: (request: Request) => string;
}

/** Past this many viewers the oldest windows are forgotten first: a flood of made-up viewers must not fill the memory. */
const maxViewers = 10_000;

/**
 * Counts calls a viewer in fixed windows, in the memory of this process: behind several instances a viewer has `limit` in
 * each.
 *
 * @returns seconds to wait, 0 when the call may go on
 * @throws `ERR_OPTIONS` for a limit or a window that is not positive
 */
export function rateLimit({ limit, window, key }: RateLimitOptions): (request: Request, nowMs: number) => number {
  if (!(limit >= 1)) throw optionsError('rateLimit.limit', 'give a number of calls, at least 1');
  if (!(window > 0)) throw optionsError('rateLimit.window', 'give a positive number of seconds');
  const viewers = new Map<string, { calls: number; endsMs: number }>();
  return (request, nowMs) => {
    const id = key(request);
    let viewer = viewers.get(id);
    if (!viewer || viewer.endsMs <= nowMs) {
      viewers.delete(id);
      viewer = { calls: 0, endsMs: nowMs + window * 1000 };
      viewers.set(id, viewer);
      for (const oldest of viewers.keys()) {
        if (viewers.size <= maxViewers) break;
        viewers.delete(oldest);
      }
    }
    viewer.calls++;
    return viewer.calls > limit ? Math.ceil((viewer.endsMs - nowMs) / 1000) : 0;
  };
}
