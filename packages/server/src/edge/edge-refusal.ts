import { setCorsHeaders } from '../http/cors-headers.ts';
import type { CorsOptions } from '../http/cors-options.ts';

/**
 * Returns an answer of the edge itself. The page can read it: without CORS headers, a player sees status 0 and cannot
 * tell an expired token from a lost network. It has a `Date`, by which the player measures its clock, unless the edge
 * does not know the time. No cache keeps it.
 */
export function edgeRefusal(
  request: Request,
  status: number,
  {
    cors,
    nowMs,
    headers: extra = {},
  }: { cors: CorsOptions | undefined; nowMs: number | undefined; headers?: Record<string, string> },
): Response {
  const date = nowMs === undefined ? {} : { Date: new Date(nowMs).toUTCString() };
  const headers = new Headers({ 'Cache-Control': 'no-store', ...date, ...extra });
  setCorsHeaders(headers, request, cors);
  return new Response(null, { status, headers });
}
