import { allowList } from './allow-list.ts';
import { attachToken } from './attach-token.ts';
import { canonicalHref } from './canonical-url.ts';
import { preflight, setCorsHeaders } from './cors-headers.ts';
import { formatReader } from './format-reader.ts';
import { readGrant } from './grant.ts';
import { mintTokens } from './mint-tokens.ts';
import { playlistExpander } from './playlist-expander.ts';
import { Problem, problemResponse } from './problem.ts';
import { rateLimit } from './rate-limit.ts';
import { checkSigningEndpointOptions } from './signing-endpoint-options.ts';
import type { SigningEndpointOptions } from './signing-endpoint-options.ts';
import { readSigningRequest } from './signing-request.ts';

/**
 * The signing endpoint: `POST {urls, reason}` in, `{now, tokens, denied}` out, failures as RFC 9457 problems. URLs outside
 * `allow`, denied by `authorize` or refused by the format come back in `denied`; a call of which nothing is left is a 403.
 * A denied viewer costs no signing.
 *
 * @throws `ERR_OPTIONS` at once for options that cannot work
 */
export function createSigningEndpoint(options: SigningEndpointOptions): (request: Request) => Promise<Response> {
  const readFormat = formatReader(options.format);
  checkSigningEndpointOptions(options);
  const { authorize, maxUrls = 100, cors, expand, clock = Date.now, onError } = options;
  const allows = allowList(options.allow);
  const secondsToWait = options.rateLimit && rateLimit(options.rateLimit, clock);
  const expander = expand ? playlistExpander(expand === true ? {} : expand, clock) : undefined;

  const answer = async (request: Request): Promise<Response> => {
    const wait = (await secondsToWait?.(request)) ?? 0;
    if (wait > 0) throw new Problem(429, 'Too many calls; wait.', { 'Retry-After': String(wait) });
    const { urls, reason } = await readSigningRequest(request, maxUrls);
    const allowed = urls.filter((url) => allows(new URL(url)));
    if (allowed.length === 0) throw new Problem(403, 'None of these URLs is signed here.');
    // One spelling a path: a hook that looks for `/premium/` must not miss `/%70remium/`, which opens the same.
    const grant = await authorize(request, allowed.map((url) => canonicalHref(new URL(url))));
    if (grant instanceof Response) return noStore(grant);
    const { isDenied, ttl } = readGrant(grant, options.ttl);
    const granted = allowed.filter((url) => !isDenied(new URL(url)));
    if (granted.length === 0) throw new Problem(403, 'This viewer may have none of these URLs.');

    const format = await readFormat(request);
    const now = Math.floor(clock() / 1000);
    const expires = now + lifetimeFor(reason, ttl, format.maxTtl);
    const children = await (format.scope === 'url' ? expander : undefined)?.(granted, {
      allows: (url) => allows(url) && !isDenied(url),
      sign: async (url) => attachToken(url, await format.sign(new URL(url), expires)),
    });
    const wanted = new Set([...granted, ...(children ?? [])]);
    const { tokens, cookies, refused } = await mintTokens(format, [...wanted], expires);
    const signed = new Set(granted.filter((url) => !refused.includes(url)));
    if (signed.size === 0) throw new Problem(403, 'None of these URLs can be signed.');
    const headers = new Headers({ 'Cache-Control': 'no-store' });
    for (const cookie of cookies) headers.append('Set-Cookie', cookie);
    return Response.json({ now, tokens, denied: urls.filter((url) => !signed.has(url)) }, { headers });
  };

  return async (request) => {
    if (request.method === 'OPTIONS') return preflight(request, cors, 'POST, OPTIONS');
    let response;
    try {
      if (request.method !== 'POST') throw new Problem(405, 'Send a POST.', { Allow: 'POST, OPTIONS' });
      response = await answer(request);
    } catch (error) {
      if (!(error instanceof Problem)) onError?.(error);
      response = problemResponse(error instanceof Problem ? error : new Problem(503, 'Try again later.'));
    }
    setCorsHeaders(response.headers, request, cors);
    return response;
  };
}

/**
 * The lifetime of new tokens, in whole seconds. Most formats are deterministic: one URL and one expiry give one token. A
 * viewer whose token was refused must get another one, so it ends a second later than any token made so far; a second
 * earlier where the edge would not accept that.
 */
function lifetimeFor(reason: string, ttl: number, maxTtl = Infinity): number {
  const lifetime = Math.floor(Math.min(ttl, maxTtl));
  if (reason !== 'refused') return lifetime;
  return lifetime < Math.floor(maxTtl) ? lifetime + 1 : lifetime - 1;
}

function noStore(response: Response): Response {
  const copy = new Response(response.body, response);
  copy.headers.set('Cache-Control', 'no-store');
  return copy;
}
