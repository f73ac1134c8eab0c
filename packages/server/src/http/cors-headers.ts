import type { CorsOptions } from './cors-options.ts';

/**
 * The headers of a response that a page may read: `Date` for the clock, `Retry-After` for the pause, the others for
 * ranges.
 */
const exposed = 'Date, Retry-After, Content-Range, Content-Length, Accept-Ranges, ETag';

/**
 * Replaces the CORS headers of a response by those for `request`. Only the names that the response lists in
 * `Access-Control-Expose-Headers` are kept, and added to ours.
 */
export function setCorsHeaders(headers: Headers, request: Request, cors: CorsOptions | undefined): void {
  if (!cors) return;
  for (const name of ['Origin', 'Credentials', 'Methods', 'Headers']) headers.delete(`Access-Control-Allow-${name}`);
  const own = namesIn(headers.get('Access-Control-Expose-Headers') ?? '');
  headers.delete('Access-Control-Expose-Headers');
  if (!/(?:^|,)\s*(?:origin|\*)\s*(?:,|$)/i.test(headers.get('Vary') ?? '')) headers.append('Vary', 'Origin');
  const origin = request.headers.get('Origin');
  if (cors.origins !== '*' && !(origin !== null && cors.origins.includes(origin))) return;
  headers.set('Access-Control-Allow-Origin', cors.origins === '*' ? '*' : (origin ?? ''));
  headers.set('Access-Control-Expose-Headers', [exposed, ...own].join(', '));
  if (cors.credentials) headers.set('Access-Control-Allow-Credentials', 'true');
}

/** Returns the names of headers (RFC 9110 section 5.1) in a list, or `*`, without those that are exposed anyway. */
function namesIn(list: string): readonly string[] {
  const known = exposed.toLowerCase().split(', ');
  const names = list.split(',').map((name) => name.trim());
  return names.filter((name) => /^[!#$%&'*+.^_`|~\w-]+$/.test(name) && !known.includes(name.toLowerCase()));
}

/** Answers a preflight. By specification (Fetch, section 4.8) it carries no token and no cookie, so it needs none. */
export function preflight(request: Request, cors: CorsOptions | undefined, methods: string): Response {
  const headers = new Headers({ Allow: methods, 'Cache-Control': 'no-store' });
  setCorsHeaders(headers, request, cors);
  if (headers.has('Access-Control-Allow-Origin')) {
    headers.set('Access-Control-Allow-Methods', methods);
    const wanted = request.headers.get('Access-Control-Request-Headers');
    if (wanted) headers.set('Access-Control-Allow-Headers', wanted);
    headers.set('Access-Control-Max-Age', '7200');
    headers.delete('Access-Control-Expose-Headers');
  }
  return new Response(null, { status: 204, headers });
}
