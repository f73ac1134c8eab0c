import { checkKinds, checkNames } from '../errors/check-names.ts';
import { checkedClock, errorLog } from '../errors/hooks.ts';
import { checkCors, preflight, setCorsHeaders } from '../http/cors.ts';
import type { CorsOptions } from '../http/cors.ts';
import { checkRequest } from '../http/lazy-handler.ts';
import { letGo } from '../http/read-limited.ts';
import { hasPathToSign } from '../playlist/sign-playlist.ts';
import type { Sessions } from '../sessions/sessions.ts';
import { verifyingFormatReader } from '../token/format-reader.ts';
import type { FormatSource, RenewedToken, TokenFormat } from '../token/token-format.ts';
import { withoutParameters } from '../token/token-query.ts';
import { refused } from '../token/verdict.ts';
import type { GrantedVerdict } from '../token/verdict.ts';
import { judgeUrl } from '../url/judged-url.ts';
import { urlProblem, urlRules } from '../url/url-rule.ts';
import type { UrlRule } from '../url/url-rule.ts';
import { childrenFormat } from './children-format.ts';
import { edgeRefusal, refusalLog } from './edge-refusal.ts';
import type { EdgeRefusal } from './edge-refusal.ts';
import { EdgeSessions, checkEdgeSessions } from './edge-sessions.ts';
import { forwardedHeaders, originFetch } from './origin-fetch.ts';
import type { Origin } from './origin-fetch.ts';
import { isPlaylistPath, isPlaylistResponse, rewritePlaylist, wholeDocument } from './playlist-rewrite.ts';
import { edgeRenewer, sendRenewed } from './renewal.ts';
import type { EdgeRenewal } from './renewal.ts';

export interface EdgeHandlerOptions {
  /**
   * The format. If it is a function, the handler calls it for every request: use a function to rotate secrets without a
   * restart, or to bind tokens to the client's address.
   */
  format: FormatSource;
  /** Base URL of the origin, or a function that answers requests. Both get the request without the token. */
  origin: Origin;
  /** The URLs that need a token. @default everything */
  protect?: UrlRule | readonly UrlRule[];
  /** @default { origins: '*' } */
  cors?: CorsOptions;
  /**
   * Signs the URIs in the playlists that the edge serves. The new tokens expire with the token of the request for the
   * playlist, and open no more than that token and what the playlist lists.
   * @default false
   */
  signPlaylists?: boolean;
  /**
   * Sends a renewed token with a response, near the end of a token that asks for renewal, as long as the signer of the
   * token has granted: for `commonAccessToken` with `renewal`, and not together with `sessions`.
   * @default tokens are not renewed
   */
  renew?: EdgeRenewal;
  /**
   * Called when the format refuses a request, or when servers could read its URL in two ways, for your log. If tokens
   * have claims, it also gets the claim that failed.
   */
  onRefusal?: (refusal: EdgeRefusal) => void;
  /**
   * Refuses the tokens of ended sessions, within five seconds: for `commonAccessToken`, `jwt` and other formats whose
   * tokens carry the id of a session. During an outage of the store, the edge uses the last list and calls `onError`.
   * @default none
   */
  sessions?: Sessions;
  /** Answers 503 if the store of `sessions` has been unavailable for more than five seconds. @default false */
  strict?: boolean;
  /**
   * Called with each error that the origin, a format function or `sessions` throws, for your log.
   * @default console.error
   */
  onError?: (error: unknown) => void;
  /** Unix milliseconds. @default Date.now */
  clock?: () => number;
}

const methods = 'GET, HEAD, OPTIONS';

/**
 * Creates the handler of an edge. It lets a request with a genuine token that has not expired through to the origin,
 * and answers all others with 403 or 410 and CORS headers. It judges HEAD, ranges and conditional requests like GET,
 * answers preflights without a token, and answers other methods with 405. The origin gets the path in the form that was
 * hashed, never the token, and no header that names another path or method.
 *
 * A path that servers could read in two ways (`pathProblem`) gets a 403 whether it is protected or not, since no rule
 * can tell which reading applies. If the origin fails, the answer is a 502; if a format function or the clock fails, it is
 * a 503. No failure lets a request through. With `signPlaylists`, a playlist whose path has more than 2,048 characters
 * gets a 414.
 *
 * @throws `ERR_OPTIONS` at once for options that cannot work
 */
export function createEdgeHandler(options: EdgeHandlerOptions): (request: Request) => Promise<Response> {
  checkNames(options, {
    format: true,
    origin: true,
    protect: true,
    cors: true,
    signPlaylists: true,
    sessions: true,
    strict: true,
    renew: true,
    onRefusal: true,
    onError: true,
    clock: true,
  });
  checkKinds(
    { ...options },
    { signPlaylists: 'boolean', strict: 'boolean', onRefusal: 'function', onError: 'function', clock: 'function' },
  );
  const { cors = { origins: '*' }, signPlaylists = false, sessions, strict = false } = options;
  const clock = checkedClock(options.clock);
  const onError = errorLog(options.onError);
  const readFormat = verifyingFormatReader(options.format);
  const forward = originFetch(options.origin);
  const isProtected = urlRules(options.protect);
  const renewed = edgeRenewer(options.renew, options.format);
  const logRefusal = refusalLog(options.onRefusal, onError);
  checkCors(cors);
  checkEdgeSessions(options);
  const edgeSessions = sessions && new EdgeSessions({ sessions, strict, clock, onError });

  /**
   * Returns the time of a refusal; `undefined` if the clock fails. The code that judges by the clock reports that
   * error.
   */
  const dateMs = (): number | undefined => {
    try {
      return clock();
    } catch {
      return undefined;
    }
  };

  const answer = async (request: Request): Promise<Response> => {
    if (request.method === 'OPTIONS') return preflight(request, cors, methods);
    const refuse = (status: number, headers?: Record<string, string>): Response =>
      edgeRefusal(request, status, { cors, nowMs: dateMs(), ...(headers && { headers }) });

    const asked = new URL(request.url);
    let granted: Required<Pick<GrantedVerdict, 'url' | 'carriers'>>;
    let signing: { format: TokenFormat; expires: number } | undefined;
    let successor: RenewedToken | undefined;
    try {
      // If the clock fails, every request except a preflight gets a 503.
      clock();
      if (request.method !== 'GET' && request.method !== 'HEAD') return refuse(405, { Allow: methods });
      const format = await readFormat(request);
      // Read the clock again: a token may have expired while the format was awaited.
      const now = Math.floor(clock() / 1000);
      const judged = judgeUrl(format.bare?.(asked) ?? asked);
      if (!judged) {
        logRefusal(
          { ...refused.malformed, detail: `The URL ${urlProblem(asked)}.` },
          { url: asked, format, method: request.method },
        );
        return refuse(403);
      }
      const { parameters = [], cookies = [], headers = [] } = format;
      granted = {
        url: judged.hrefWithoutQuery + withoutParameters(asked.search, parameters),
        carriers: { cookies, headers },
      };
      if (isProtected(judged)) {
        const verdict = await format.verify(request, now);
        if (!verdict.ok) {
          logRefusal(verdict, { url: asked, format, method: request.method });
          return refuse(verdict.status);
        }
        if (edgeSessions && (await edgeSessions.haveEnded(format, verdict))) return refuse(403);
        successor = await renewed(format, request, { expires: verdict.expires, now });
        // A custom format may leave the URL out.
        const { url, carriers } = verdict as Partial<GrantedVerdict>;
        granted = { url: url ?? granted.url, carriers: carriers ?? granted.carriers };
        if (signPlaylists) {
          const expires = Math.min(verdict.expires, now + (format.maxTtl ?? Infinity));
          signing = { format: childrenFormat(format, { ...verdict, ...granted, request, now }), expires };
        }
      }
    } catch (error) {
      onError(error);
      return refuse(503);
    }

    try {
      const response = await respond(withoutToken(request, granted), forward, signing);
      if (!response) return refuse(414);
      setCorsHeaders(response.headers, request, cors);
      if (successor) sendRenewed(response.headers, successor);
      return response;
    } catch (error) {
      // A viewer who seeks aborts requests: that is not a failure.
      if (!request.signal.aborted) onError(error);
      return refuse(502);
    }
  };

  return (request) => {
    checkRequest(request);
    return answer(request);
  };
}

function withoutToken(request: Request, { url, carriers }: Pick<GrantedVerdict, 'url' | 'carriers'>): Request {
  const headers = forwardedHeaders(request, carriers);
  // The rules have judged this host, and a client may name another one (RFC 9112 section 3.2.2).
  headers.set('Host', new URL(url).host);
  // `fetch` would decode a compressed body, and the edge cannot sign a playlist that it cannot read.
  headers.set('Accept-Encoding', 'identity');
  return new Request(url, { method: request.method, headers, signal: request.signal });
}

/** @returns `undefined` for a playlist whose path is too long for its URIs to be signed */
async function respond(
  request: Request,
  forward: (request: Request) => Promise<Response>,
  signing: { format: TokenFormat; expires: number } | undefined,
): Promise<Response | undefined> {
  const url = new URL(request.url);
  const isPlaylist = signing !== undefined && isPlaylistPath(url);
  let response = await forward(isPlaylist ? wholeDocument(request) : request);
  // A playlist with another file name is recognized by its media type. A part of a playlist cannot be rewritten.
  if (signing && response.status === 206 && isPlaylistResponse(response)) {
    letGo(response.body);
    response = await forward(wholeDocument(request));
  }
  if (signing && response.status === 200 && (isPlaylist || isPlaylistResponse(response))) {
    if (hasPathToSign(url)) return rewritePlaylist(response, request, signing);
    letGo(response.body);
    return undefined;
  }
  return response;
}
