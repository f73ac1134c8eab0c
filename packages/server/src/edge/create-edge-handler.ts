import { checkedClock } from '../errors/checked-clock.ts';
import { checkKinds } from '../errors/check-kinds.ts';
import { checkNames } from '../errors/check-names.ts';
import { errorLog } from '../errors/error-log.ts';
import { checkRequest } from '../http/check-request.ts';
import { preflight, setCorsHeaders } from '../http/cors-headers.ts';
import { checkCors } from '../http/cors-options.ts';
import type { CorsOptions } from '../http/cors-options.ts';
import { letGo } from '../http/let-go.ts';
import { verifyingFormatReader } from '../token/format-reader.ts';
import type { FormatSource, RenewedToken, TokenFormat } from '../token/token-format.ts';
import { withoutParameters } from '../token/token-query.ts';
import type { GrantedVerdict } from '../token/verdict.ts';
import { judgeUrl } from '../url/judged-url.ts';
import { urlRules } from '../url/url-rule.ts';
import type { UrlRule } from '../url/url-rule.ts';
import type { Sessions } from '../sessions/sessions.ts';
import { childrenFormat } from './children-format.ts';
import { EdgeSessions, checkEdgeSessions } from './edge-sessions.ts';
import { edgeRefusal } from './edge-refusal.ts';
import { forwardedHeaders } from './forwarded-headers.ts';
import { originFetch } from './origin-fetch.ts';
import type { Origin } from './origin-fetch.ts';
import { isPlaylistPath, isPlaylistResponse, rewritePlaylist, wholeDocument } from './playlist-rewrite.ts';
import { refusalLog } from './refusal-log.ts';
import type { EdgeRefusal } from './refusal-log.ts';
import { edgeRenewer, sendRenewed } from './renewal.ts';
import type { EdgeRenewal } from './renewal.ts';

export interface EdgeHandlerOptions {
  /** A function is asked at every request: rotate secrets without a restart, or bind tokens to the client's address. */
  format: FormatSource;
  /** Base URL of the origin, or a function that answers; either gets the request without the token. */
  origin: Origin;
  /** @default everything */
  protect?: UrlRule | readonly UrlRule[];
  /** @default { origins: '*' } */
  cors?: CorsOptions;
  /**
   * Signs the URIs of the playlists it serves, with the expiry of the token that the playlist came with. None opens
   * more than that token and what the playlist lists.
   * @default false
   */
  signPlaylists?: boolean;
  /**
   * Sends the successor of a token along with an answer, near the end of tokens that ask for it, for as long as their
   * signer has granted: for `commonAccessToken` with `renewal`, and not together with `sessions`.
   * @default tokens are not renewed
   */
  renew?: EdgeRenewal;
  /** Gets what was refused, and of formats with claims which claim, for your log. */
  onRefusal?: (refusal: EdgeRefusal) => void;
  /**
   * Refuses tokens of sessions that were ended, within five seconds: for `commonAccessToken`, `jwt` and other formats
   * whose tokens carry the id of a session. While the store is away, the last list holds, and `onError` hears of it.
   * @default none
   */
  sessions?: Sessions;
  /** While the store of `sessions` is away for more than five seconds, requests are a 503. @default false */
  strict?: boolean;
  /** Gets what the origin, a format function or `sessions` threw, for your log. @default console.error */
  onError?: (error: unknown) => void;
  /** Unix milliseconds. @default Date.now */
  clock?: () => number;
}

const methods = 'GET, HEAD, OPTIONS';

/**
 * The edge: lets a request with a genuine, fresh token through to the origin, and answers 403 or 410 to all others,
 * with CORS headers. HEAD, ranges and conditional requests are judged like GET; preflights pass; other methods are 405.
 * The origin gets the path in the form that was hashed, never the token, and no header that names another path or
 * method.
 *
 * A path that has more than one reading (`canonicalPath`) is a 403 whether it is protected or not, since no rule can
 * say which. A failure of the origin is a 502, a failure of a format function or of the clock a 503; none of them lets
 * anything through.
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

  /** When a refusal is made; `undefined` of a clock that fails, of which the log hears from whatever judges by it. */
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
      // A clock that fails is a 503 whatever is asked for.
      clock();
      if (request.method !== 'GET' && request.method !== 'HEAD') return refuse(405, { Allow: methods });
      const format = await readFormat(request);
      // A token may have ended while the format was awaited.
      const now = Math.floor(clock() / 1000);
      const judged = judgeUrl(format.bare?.(asked) ?? asked);
      if (!judged) return refuse(403);
      const { parameters = [], cookies = [], headers = [] } = format;
      granted = {
        url: judged.hrefWithoutQuery + withoutParameters(asked.search, parameters),
        carriers: { cookies, headers },
      };
      if (isProtected(judged)) {
        const verdict = await format.verify(request, now);
        if (!verdict.ok) {
          logRefusal(verdict, { url: judged, format, method: request.method });
          return refuse(verdict.status);
        }
        if (edgeSessions && (await edgeSessions.haveEnded(format, verdict))) return refuse(403);
        successor = await renewed(format, request, { expires: verdict.expires, now });
        // A format of your own may leave the URL out.
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
      setCorsHeaders(response.headers, request, cors);
      if (successor) sendRenewed(response.headers, successor);
      return response;
    } catch (error) {
      // A viewer who seeks leaves requests behind: nothing has failed.
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
  // The rules have judged this one, and a client may name another (RFC 9112 section 3.2.2).
  headers.set('Host', new URL(url).host);
  // `fetch` would decode a compressed body; what cannot be read cannot be signed.
  headers.set('Accept-Encoding', 'identity');
  return new Request(url, { method: request.method, headers, signal: request.signal });
}

async function respond(
  request: Request,
  forward: (request: Request) => Promise<Response>,
  signing: { format: TokenFormat; expires: number } | undefined,
): Promise<Response> {
  const isPlaylist = signing !== undefined && isPlaylistPath(new URL(request.url));
  let response = await forward(isPlaylist ? wholeDocument(request) : request);
  // A playlist under another name shows by its type; a part of it cannot be rewritten.
  if (signing && response.status === 206 && isPlaylistResponse(response)) {
    letGo(response.body);
    response = await forward(wholeDocument(request));
  }
  if (signing && response.status === 200 && (isPlaylist || isPlaylistResponse(response))) {
    return rewritePlaylist(response, request, signing);
  }
  return response;
}
