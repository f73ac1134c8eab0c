import type { Response } from './shaka-types.ts';

/**
 * Makes `timeMs` what the network has taken. Shaka 5 adds nothing to a time that a plugin has measured. Shaka 4 always
 * adds what the request filters took, once the response filters are done: that much of it is left out which our filter
 * has waited.
 */
export function withFilterTime(response: Response, timeMs: number, waitedMs: number): Response {
  const { attempt } = response.originalRequest as Partial<Response['originalRequest']>;
  // only Shaka 5 counts attempts
  if (attempt !== undefined || !waitedMs) return Object.assign(response, { timeMs });
  let now = timeMs;
  let toLeaveOut = waitedMs;
  return Object.defineProperty(response, 'timeMs', {
    configurable: true,
    enumerable: true,
    get: () => now,
    set(value: number) {
      now = value - toLeaveOut;
      toLeaveOut = 0;
    },
  });
}
