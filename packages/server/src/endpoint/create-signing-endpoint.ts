import { callHook, checkedClock, checkRequest, errorLog } from '../errors/hooks.ts';
import { optionsError } from '../errors/options-error.ts';
import * as option from '../errors/options.ts';
import { preflight, readCors, setCorsHeaders } from '../http/cors.ts';
import { passedOn } from '../http/passed-on.ts';
import { Problem, problemResponse } from '../http/problem.ts';
import { playlistExpander } from '../playlist/playlist-expander.ts';
import { formatReader } from '../token/format-reader.ts';
import type { ScopeTest } from '../token/token-scope.ts';
import { JudgedScope } from '../url/scope.ts';
import { allowList } from '../url/prefixes.ts';
import { readGrant } from './grant.ts';
import { openableChildren, openableUrls, TokenMint } from './mint-tokens.ts';
import { rateLimit } from './rate-limit.ts';
import { checkTtl, DEFAULT_MAX_URLS, lifetimeFor, longTtl } from './signing-endpoint-options.ts';
import type { SigningEndpointOptions } from './signing-endpoint-options.ts';
import { readSession, readSigningRequest } from './signing-request.ts';

/**
 * Creates the signing endpoint: it takes `POST {urls, reason}`, returns `{now, tokens, denied}`, and sends failures as
 * RFC 9457 problems.
 *
 * The endpoint finds out what a token opens before it makes the token. It returns in `denied` each URL whose token
 * would reach beyond `allow`, or into what `authorize` denies, each URL outside `allow`, and each URL that the format
 * refuses. If no URL is left, the response is a 403. Each token is judged once more before it is sent.
 *
 * @throws `ERR_OPTIONS` at once for options that cannot work
 */
export function createSigningEndpoint(options: SigningEndpointOptions): (request: Request) => Promise<Response> {
  const read = option.readOptions(options, {
    format: formatReader,
    authorize: option.callback('Give a function that decides who may watch what.'),
    allow: allowList,
    ttl: option.given,
    expand: option.given,
    maxUrls: option.most(DEFAULT_MAX_URLS),
    cors: (cors) => cors && readCors(cors),
    rateLimit: option.given,
    sessions: option.optional(option.having('admit', 'Give what createSessions() returns.')),
    onError: errorLog,
    clock: checkedClock,
  });
  const { format: formatOf, authorize, allow: allows, maxUrls, cors, sessions, onError, clock } = read;
  checkTtl(options.ttl, typeof options.format === 'function' ? undefined : options.format.maxTtl);
  const long = longTtl(options);
  if (long) onError(long);
  const secondsToWait = read.rateLimit === undefined ? () => 0 : rateLimit(read.rateLimit, clock);
  const expander = playlistExpander(read.expand, clock);
  const nowSeconds = (): number => Math.floor(clock() / 1000);

  const answer = async (request: Request): Promise<Response> => {
    const wait = await secondsToWait(request);
    if (wait > 0)
      throw new Problem(429, 'Too many calls. Wait as long as Retry-After says.', { 'Retry-After': String(wait) });
    const { urls, reason, session: named } = await readSigningRequest(request, maxUrls);

    const format = await callHook('format', () => formatOf(request));
    const expiryOf = (ttl: number): number => nowSeconds() + lifetimeFor(reason, ttl, format.maxTtl);
    const openable = await openableUrls(urls, { format, expires: expiryOf(options.ttl), mayOpen: allows });
    if (openable.length === 0) throw unsignable();
    const hrefs = openable.map(({ url }) => url.href);
    const scopes = openable.map(({ scope }) => scope.shown);
    const grant = await callHook('authorize', () => authorize(request, hrefs, scopes));
    if (grant instanceof Response) return noStore(grant);
    // A hook without types may have forgotten to answer.
    if ((grant as unknown) === undefined)
      onError(optionsError('authorize', 'It returned undefined: return true to grant.'));
    if (!grant) throw deniedToViewer();
    const { isDenied, ttl } = readGrant(grant, options.ttl);
    const mayOpen: ScopeTest = (scope) => allows(scope) && !isDenied(scope);
    const granted = openable.filter(({ url, scope }) => mayOpen(JudgedScope.exactly(url)) && mayOpen(scope));
    if (granted.length === 0) throw deniedToViewer();

    // Computed before the store is called, which may be slow and forgets an ended session when its tokens have expired.
    const expires = expiryOf(ttl);
    const session = sessions && readSession(named);
    const id = await sessions?.idOf(request, session);
    const mint = new TokenMint({ format, expires, session: id, mayOpen, onError });
    const signed = await mint.mint(granted);
    if (signed.length === 0) throw unsignable();
    // After signing, because URLs that cannot be signed take no place; before playlists are read, which needs a place.
    const lifetime = lifetimeFor(reason, ttl, format.maxTtl);
    const admission = await sessions?.admit(request, { session, ttl: lifetime });
    if (admission?.state === 'full') throw sessionLimit(admission.limit);
    if (admission?.state === 'ended') throw sessionEnded();
    try {
      if (expander) await mint.mint(await openableChildren(granted, expander, { format, expires, mayOpen }));
    } catch (error) {
      // The requested tokens exist, and a place is taken: the player requests the children itself.
      onError(error);
    }
    const granting = new Set(signed.map(({ href }) => href));
    const body = { now: nowSeconds(), tokens: mint.tokens, denied: urls.filter((url) => !granting.has(url)) };
    const headers = new Headers({ 'Cache-Control': 'no-store' });
    for (const cookie of mint.cookies) headers.append('Set-Cookie', cookie);
    return Response.json(body, { headers });
  };

  const respond = async (request: Request): Promise<Response> => {
    if (request.method === 'OPTIONS') return preflight(request, cors, 'POST, OPTIONS');
    let response;
    try {
      if (request.method !== 'POST')
        throw new Problem(405, `The method is ${request.method}. Send a POST.`, { Allow: 'POST, OPTIONS' });
      response = await answer(request);
    } catch (error) {
      if (!(error instanceof Problem)) onError(error);
      response = problemResponse(error instanceof Problem ? error : hasFailed());
    }
    setCorsHeaders(response.headers, request, cors);
    return response;
  };

  return (request) => {
    checkRequest(request);
    return respond(request);
  };
}

function noStore(response: Response): Response {
  const copy = passedOn(response);
  copy.headers.set('Cache-Control', 'no-store');
  return copy;
}

// The texts for viewers name no option and no rule of the server. A 403 is not reported to `onError` either: any client
// can request any URL, and would fill the log.

/**
 * The problem if none of the URLs lies below `allow`, if the format refuses all of them, or if their tokens would open
 * more than `allow` does.
 */
const unsignable = (): Problem =>
  new Problem(403, 'This endpoint signs none of these URLs. Check the URLs, or the settings of the endpoint.');

/** The problem if `authorize` denies all URLs. */
const deniedToViewer = (): Problem => new Problem(403, 'This viewer may have none of these URLs.');

/** The problem for any other failure. `onError` gets its cause. */
const hasFailed = (): Problem => new Problem(503, 'The signing endpoint failed. Its log says why. Try again later.');

/** The problem for a session beyond the limit. The page may show on how many devices the viewer is watching. */
const sessionLimit = (limit: number): Problem =>
  new Problem(
    403,
    'This viewer is watching on as many devices as are allowed. Stop one of them, or wait.',
    {},
    { type: 'urn:secure-token:session-limit', title: 'Too Many Sessions', limit },
  );

/** The problem for a session that was ended by `sessions.end`. */
const sessionEnded = (): Problem =>
  new Problem(
    403,
    'This session was ended. Log in again.',
    {},
    { type: 'urn:secure-token:session-ended', title: 'Session Ended' },
  );
