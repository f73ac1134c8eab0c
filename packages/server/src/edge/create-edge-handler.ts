import { callHook, checkedClock, checkRequest, errorLog } from '../errors/hooks.ts';
import { optionsError } from '../errors/options-error.ts';
import * as option from '../errors/options.ts';
import { preflight, readCors, setCorsHeaders } from '../http/cors.ts';
import type { CorsOptions } from '../http/cors.ts';
import { hasPathToSign } from '../playlist/sign-playlist.ts';
import type { SignPlaylistOptions } from '../playlist/sign-playlist.ts';
import type { Sessions } from '../sessions/sessions.ts';
import { formatReader, verifyingFormat } from '../token/format-reader.ts';
import type { FormatSource, RenewedToken, TokenFormat, VerifyingTokenFormat } from '../token/token-format.ts';
import { withoutParameters } from '../token/token-query.ts';
import { refused } from '../token/verdict.ts';
import type { GrantedVerdict, RefusedVerdict } from '../token/verdict.ts';
import { judgeUrl, urlProblem } from '../url/judged-url.ts';
import { pathRules } from '../url/prefixes.ts';
import { childrenFormat } from './children-format.ts';
import { edgeRefusal, refusalOf } from './edge-refusal.ts';
import type { EdgeRefusal } from './edge-refusal.ts';
import { EdgeSessions } from './edge-sessions.ts';
import { originFetch, withoutToken } from './origin-fetch.ts';
import type { Origin } from './origin-fetch.ts';
import { askForWhole, isPlaylist, keepOutOfCaches, rewritePlaylist } from './playlist-rewrite.ts';

/** Renewal of tokens by the edge. */
export interface EdgeRenewal {
  /**
   * Seconds before the expiry of a token during which it is renewed: more than a player's longest pause between two
   * requests.
   */
  within: number;
}

export interface EdgeHandlerOptions {
  /**
   * The format. If it is a function, the handler calls it for every request: use a function to rotate secrets without a
   * restart, or to bind tokens to the client's address.
   */
  format: FormatSource;
  /** Base URL of the origin, or a function that answers requests. Both get the request without the token. */
  origin: Origin;
  /**
   * The paths that need a token, such as `/vod/`, with all below them, on every host. To leave some paths open and
   * protect all others, route the open ones past the edge.
   * @default everything
   */
  protect?: string | readonly string[];
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
 * A path that servers read in two ways (`pathProblem`) gets a 403 whether it is protected or not, since no rule can tell
 * which reading applies. If the origin fails, the answer is a 502; if a format function or the clock fails, it is
 * a 503. No failure lets a request through. With `signPlaylists`, a path of more than 2,048 characters gets a 414.
 *
 * @throws `ERR_OPTIONS` at once for options that cannot work
 */
export function createEdgeHandler(options: EdgeHandlerOptions): (request: Request) => Promise<Response> {
  const read = option.readOptions(options, {
    format: formatReader,
    origin: originFetch,
    protect: pathRules,
    cors: (cors = { origins: '*' }) => readCors(cors),
    signPlaylists: option.flag(),
    sessions: option.optional(option.having('ended', 'Give what createSessions() returns.')),
    strict: option.flag(),
    renew: (renew) => renew && option.readOptions(renew, { within: option.duration() }, 'renew'),
    onRefusal: option.hook,
    onError: errorLog,
    clock: checkedClock,
  });
  const { origin: forward, protect: isProtected, cors, signPlaylists, sessions, strict, renew, onError, clock } = read;
  // The store forgets a session when the last token that the endpoint has made for it expires.
  if (renew && sessions)
    throw optionsError('renew', 'A renewed token would outlive its session. Give `sessions` or `renew`, not both.');
  if (strict && !sessions)
    throw optionsError('strict', 'It has no effect without `sessions`. Give both, or leave it out.');
  if (typeof options.format !== 'function') edgeFormat(options.format, read);
  const edgeSessions = sessions && new EdgeSessions({ sessions, strict, clock, onError });

  const answer = async (request: Request): Promise<Response> => {
    if (request.method === 'OPTIONS') return preflight(request, cors, methods);
    if (request.method !== 'GET' && request.method !== 'HEAD')
      return edgeRefusal(request, 405, { cors, headers: { Allow: methods } });

    let forwarded: Request;
    let signing: SignPlaylistOptions | undefined;
    let successor: RenewedToken | undefined;
    try {
      const format = edgeFormat(await callHook('format', () => read.format(request)), read);
      // A token may have expired while the format was awaited.
      const nowMs = clock();
      const now = Math.floor(nowMs / 1000);
      const asked = new URL(request.url);
      const refuse = (verdict: RefusedVerdict): Response => {
        // A log that fails changes no answer.
        new Promise((resolve) => resolve(read.onRefusal?.(refusalOf(verdict, request, format)))).catch(onError);
        return edgeRefusal(request, verdict.status, { cors, nowMs });
      };

      const bare = format.bare?.(asked) ?? asked;
      const judged = judgeUrl(bare);
      if (!judged) return refuse({ ...refused.malformed, detail: urlProblem(bare) });
      if (!isProtected(judged)) {
        const url = judged.hrefWithoutQuery + withoutParameters(asked.search, format.parameters ?? []);
        forwarded = withoutToken(request, url, format);
      } else {
        const verdict = await format.verify(request, now);
        if (!verdict.ok) return refuse(verdict);
        if (await edgeSessions?.haveEnded(verdict)) return edgeRefusal(request, 403, { cors, nowMs });
        if (signPlaylists && !hasPathToSign(new URL(verdict.url))) return edgeRefusal(request, 414, { cors, nowMs });
        if (renew && verdict.expires - now <= renew.within)
          successor = await format.renew?.(request, now, renew.within);
        if (signPlaylists) signing = childrenOptions(format, verdict, { request, now });
        forwarded = withoutToken(request, verdict.url, format);
      }
    } catch (error) {
      onError(error);
      return edgeRefusal(request, 503, { cors });
    }

    try {
      const response = await (signing ? askForWhole(forwarded, forward) : forward(forwarded));
      const answered =
        signing && isPlaylist(response, forwarded) ? await rewritePlaylist(response, forwarded, signing) : response;
      setCorsHeaders(answered.headers, request, cors);
      if (successor) sendRenewed(answered.headers, successor);
      return answered;
    } catch (error) {
      // A viewer who seeks aborts requests: that is not a failure.
      if (!request.signal.aborted) onError(error);
      return edgeRefusal(request, 502, { cors });
    }
  };

  return (request) => {
    checkRequest(request);
    return answer(request);
  };
}

/**
 * Returns the format of an edge. If it lacked what `renew` or `sessions` need, the edge would look like one whose tokens
 * need no renewal yet, or at which no session has ended.
 *
 * @throws `ERR_OPTIONS` for such a format, and for one that only signs
 */
function edgeFormat(
  format: TokenFormat,
  { renew, sessions }: { renew: EdgeRenewal | undefined; sessions: Sessions | undefined },
): VerifyingTokenFormat {
  const verifying = verifyingFormat(format);
  if (renew && !format.renew)
    throw optionsError(
      'renew',
      `The format ${format.name} cannot renew tokens. Use commonAccessToken with a key that signs, or leave this out.`,
    );
  if (sessions && format.carriesSession !== true)
    throw optionsError(
      'sessions',
      `Tokens of the format ${format.name} carry no id of a session. Use jwt() or commonAccessToken(), or leave this out.`,
    );
  return verifying;
}

function childrenOptions(
  format: VerifyingTokenFormat,
  verdict: GrantedVerdict,
  { request, now }: { request: Request; now: number },
): SignPlaylistOptions {
  const expires = Math.min(verdict.expires, now + (format.maxTtl ?? Infinity));
  return { format: childrenFormat(format, { ...verdict, request, now }), expires };
}

/**
 * Adds a renewed token to a response. The page may read it (`Access-Control-Expose-Headers`), and no cache keeps the
 * response: a cache would hand one viewer's token to another.
 */
function sendRenewed(headers: Headers, { header, setCookie = [] }: RenewedToken): void {
  keepOutOfCaches(headers);
  for (const cookie of setCookie) headers.append('Set-Cookie', cookie);
  if (!header) return;
  const [name, token] = header;
  headers.set(name, token);
  if (headers.has('Access-Control-Allow-Origin')) headers.append('Access-Control-Expose-Headers', name);
}
