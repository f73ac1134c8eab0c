import { callHook } from '../errors/call-hook.ts';
import { checkedClock } from '../errors/checked-clock.ts';
import { errorLog } from '../errors/error-log.ts';
import { checkRequest } from '../http/check-request.ts';
import { preflight, setCorsHeaders } from '../http/cors-headers.ts';
import { passedOn } from '../http/passed-on.ts';
import { Problem, problemResponse } from '../http/problem.ts';
import { playlistExpander } from '../playlist/playlist-expander.ts';
import { formatReader } from '../token/format-reader.ts';
import { allowList } from '../url/allow-list.ts';
import { JudgedScope } from '../url/judged-scope.ts';
import { admitSession, readSession } from './admit-session.ts';
import { listedUrls, openableUrls, shownUrls } from './asked-url.ts';
import { deniedToViewer, hasFailed, unsignable } from './endpoint-problems.ts';
import { readGrant } from './grant.ts';
import { lifetimeFor } from './lifetime.ts';
import { TokenMint } from './mint-tokens.ts';
import { openableChildren } from './openable-children.ts';
import { rateLimit } from './rate-limit.ts';
import { DEFAULT_MAX_URLS, checkSigningEndpointOptions } from './signing-endpoint-options.ts';
import type { SigningEndpointOptions } from './signing-endpoint-options.ts';
import { readSigningRequest } from './signing-request.ts';

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
  const readFormat = formatReader(options.format);
  checkSigningEndpointOptions(options);
  const { authorize, maxUrls = DEFAULT_MAX_URLS, sessions, cors, expand } = options;
  const clock = checkedClock(options.clock);
  const onError = errorLog(options.onError);
  const allows = allowList(options.allow);
  const secondsToWait = options.rateLimit !== undefined && rateLimit(options.rateLimit, clock);
  const expander = expand ? playlistExpander(expand === true ? {} : expand, clock) : undefined;

  const nowSeconds = (): number => Math.floor(clock() / 1000);

  const answer = async (request: Request): Promise<Response> => {
    const wait = secondsToWait ? await secondsToWait(request) : 0;
    if (wait > 0)
      throw new Problem(429, 'Too many calls. Wait as long as Retry-After says.', { 'Retry-After': String(wait) });
    const { urls, reason, session: named } = await readSigningRequest(request, maxUrls);
    const listed = listedUrls(urls, allows);
    if (listed.length === 0) throw unsignable();

    const format = await readFormat(request);
    const expiryOf = (ttl: number): number => nowSeconds() + lifetimeFor(reason, ttl, format.maxTtl);
    const openable = await openableUrls(listed, { allows, format, expires: expiryOf(options.ttl) });
    if (openable.length === 0) throw unsignable();
    const grant = await callHook('authorize', () => authorize(request, ...shownUrls(openable)));
    if (grant instanceof Response) return noStore(grant);
    const { isDenied, ttl } = readGrant(grant, options.ttl);
    const mayOpen = (scope: JudgedScope): boolean => allows.holdsAllOf(scope) && !isDenied(scope);
    const granted = openable.filter(({ url, scope }) => mayOpen(JudgedScope.exactly(url)) && mayOpen(scope));
    if (granted.length === 0) throw deniedToViewer();

    const lifetime = lifetimeFor(reason, ttl, format.maxTtl);
    // Computed before the store is called, which forgets an ended session when its tokens have expired, and may be
    // slow.
    const expires = expiryOf(ttl);
    const session = sessions && readSession(named);
    const id = await sessions?.idOf(request, session);
    const mint = new TokenMint(format, { expires, session: id, mayOpen, onError });
    const signed = await mint.mint(granted);
    if (signed.length === 0) throw unsignable();
    // After signing, because URLs that cannot be signed take no place; before playlists are read, which needs a place.
    if (sessions) await admitSession(sessions, request, { session, ttl: lifetime });
    try {
      await mint.mint(await openableChildren(granted, { format, expires, allows, mayOpen, expander }));
    } catch (error) {
      // The requested tokens exist, and a place is taken: the player requests the children itself.
      onError(error);
    }
    const { tokens, cookies } = mint;
    const hrefs = new Set(signed.map(({ href }) => href));
    const now = nowSeconds();
    const headers = new Headers({ 'Cache-Control': 'no-store' });
    for (const cookie of cookies) headers.append('Set-Cookie', cookie);
    return Response.json({ now, tokens, denied: urls.filter((url) => !hrefs.has(url)) }, { headers });
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
