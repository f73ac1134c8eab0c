import { setCorsHeaders } from '../http/cors.ts';
import type { CorsOptions } from '../http/cors.ts';
import type { TokenFormat } from '../token/token-format.ts';
import type { RefusedVerdict } from '../token/verdict.ts';
import { encodePath } from '../url/canonical-path.ts';
import { judgeUrl } from '../url/judged-url.ts';

interface RefusalOptions {
  readonly cors: CorsOptions;
  /** Unix milliseconds; without it, the platform states the time. */
  readonly nowMs?: number;
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * Returns an answer of the edge itself. The page can read it: without CORS headers, a player sees status 0 and cannot
 * tell an expired token from a lost network. It has a `Date`, by which the player measures its clock. No cache keeps it.
 */
export function edgeRefusal(request: Request, status: number, { cors, nowMs, headers }: RefusalOptions): Response {
  const date = nowMs === undefined ? {} : { Date: new Date(nowMs).toUTCString() };
  const response = new Response(null, { status, headers: { 'Cache-Control': 'no-store', ...date, ...headers } });
  setCorsHeaders(response.headers, request, cors);
  return response;
}

/** A refused request, for a log. It contains no token, and nothing that a token says. */
export interface EdgeRefusal extends Pick<RefusedVerdict, 'status' | 'reason' | 'claim' | 'detail'> {
  /**
   * The URL without query and token. `…` stands for all of the path that could hold a token: the whole path if the
   * format has its tokens there, or if servers could read it in two ways.
   */
  readonly url: string;
  readonly method: string;
}

export function refusalOf(verdict: RefusedVerdict, { url, method }: Request, format: TokenFormat): EdgeRefusal {
  const { status, reason, claim, detail } = verdict;
  return { url: loggedUrl(url, format), method, status, reason, claim, detail };
}

/** A token may be valid in its proper place: wherever a client has put it, the log does not show it. */
function loggedUrl(asked: string, format: TokenFormat): string {
  const judged = format.bare ? undefined : judgeUrl(asked);
  if (!judged) return `${new URL(asked).origin}/…`;
  // A client may send `&` or `/` instead of the `?`.
  const names = (format.parameters ?? []).map((name) => name.toLowerCase());
  for (const { 0: found, 1: name = '', index } of judged.path.matchAll(/[^\w.~-]([\w.~-]+)=/g))
    if (names.includes(name.toLowerCase()))
      return `${judged.origin}${encodePath(judged.path.slice(0, index + found.length), 'decoded')}…`;
  return judged.hrefWithoutQuery;
}
