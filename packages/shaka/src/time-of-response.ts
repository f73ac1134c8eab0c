import type { Request, Response } from './shaka-types.ts';

/**
 * Sets `timeMs` of the response to `request` to the time that the network has taken. Shaka 5 adds nothing to a time that
 * a plugin has measured. Shaka 4 always adds the time of the request filters, after the response filters: this function
 * leaves out the part of it in which our filter has waited.
 */
export function withFilterTime(response: Response, request: Request, timeMs: number, waitedMs: number): Response {
  // only Shaka 5 counts attempts
  if ((request as Partial<Request>).attempt !== undefined || !waitedMs) return Object.assign(response, { timeMs });
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
