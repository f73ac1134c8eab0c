import { setCorsHeaders } from '../http/cors.ts';
import type { CorsOptions } from '../http/cors.ts';
import type { TokenFormat } from '../token/token-format.ts';
import type { RefusedVerdict } from '../token/verdict.ts';
import { encodePath } from '../url/canonical-path.ts';
import { judgeUrl } from '../url/judged-url.ts';

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

/** A refused request, for a log. It contains no token, and nothing that a token says. */
export interface EdgeRefusal extends Pick<RefusedVerdict, 'status' | 'reason' | 'claim' | 'detail'> {
  /** The URL without query and token; `…` replaces a token in a place of the path where the format does not read it. */
  readonly url: string;
  readonly method: string;
}

/** Wraps the option `onRefusal`, so that a log that fails changes no answer. */
export function refusalLog(
  onRefusal: ((refusal: EdgeRefusal) => void) | undefined,
  onError: (error: unknown) => void,
): (refused: RefusedVerdict, request: { url: URL; format: TokenFormat; method: string }) => void {
  return ({ status, reason, claim, detail }, { url, format, method }) => {
    try {
      // Without types, `onRefusal` may be an async function, whose rejection would end the process.
      const told: unknown = onRefusal?.({
        url: loggedUrl(url, format),
        method,
        status,
        reason,
        ...(claim !== undefined && { claim }),
        ...(detail !== undefined && { detail }),
      });
      Promise.resolve(told).catch(onError);
    } catch (error) {
      onError(error);
    }
  };
}

/**
 * The number of path segments that are examined, since a stranger may send thousands. The rest of such a path is
 * hidden.
 */
const maxNames = 32;

/**
 * Returns the URL of a refused request for a log. `…` replaces a token in a place where the format does not read it:
 * the token may be valid in its proper place.
 */
function loggedUrl(asked: URL, format: TokenFormat): string {
  const judged = judgeUrl(format.bare?.(asked) ?? asked);
  // What servers read in two ways may hold a token in any of them.
  if (!judged) return `${asked.origin}/…`;
  const { path, end } = withoutParameters(judged.path, format.parameters ?? []);
  return judged.origin + withoutPathTokens(judged.origin, encodePath(path, 'decoded'), format) + end;
}

/** Cuts a path at the first parameter of a token: a client may send `&` instead of the `?`. */
function withoutParameters(path: string, names: readonly string[]): { path: string; end: string } {
  const folded = names.map((name) => name.toLowerCase());
  for (const { 0: found, 1: name = '', index } of path.matchAll(/[^\w.~-]([\w.~-]+)=/g))
    if (folded.includes(name.toLowerCase())) return { path: path.slice(0, index + found.length), end: '…' };
  return { path, end: '' };
}

/** Replaces tokens within a path: a client may request `/hls/TOKEN/a.ts` although the format reads `/TOKEN/a.ts`. */
function withoutPathTokens(origin: string, path: string, format: TokenFormat): string {
  if (!format.bare) return path;
  let shown = '';
  let rest = path;
  for (let i = 0; i < maxNames; i++) {
    const asked = new URL(origin + rest);
    const { pathname } = format.bare(asked);
    const next = rest.indexOf('/', 1);
    if (pathname !== asked.pathname) {
      shown += '/…';
      rest = pathname;
    } else if (next < 0) {
      return shown + rest;
    } else {
      shown += rest.slice(0, next);
      rest = rest.slice(next);
    }
  }
  return `${shown}/…`;
}
