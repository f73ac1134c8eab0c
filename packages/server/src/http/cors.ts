import { checkNames } from '../errors/check-names.ts';
import { optionsError } from '../errors/options-error.ts';
import { hostProblem, parsedUrl } from '../url/judged-url.ts';

export interface CorsOptions {
  /** The pages that may read the responses: `'*'`, or origins such as `https://app.example.com`. */
  origins: '*' | readonly string[];
  /**
   * Whether these pages may send cookies and HTTP authentication.
   * @default false
   */
  credentials?: boolean;
}

/**
 * Checks the option `cors`.
 *
 * @throws `ERR_OPTIONS` for a value that is not an origin, and for `'*'` with credentials, which browsers refuse
 */
export function checkCors(cors: CorsOptions): void {
  checkNames(cors, { origins: true, credentials: true }, 'cors');
  const { origins, credentials = false } = cors;
  if (origins === '*') {
    if (credentials)
      throw optionsError('cors.origins', "'*' is given with `credentials`, which browsers refuse. List the origins.");
    return;
  }
  if (!Array.isArray(origins))
    throw optionsError('cors.origins', "Give a list such as ['https://app.example.com'], or '*'.", origins);
  for (const origin of origins as readonly string[]) {
    const url = parsedUrl(origin);
    if (url?.origin !== origin || hostProblem(url.hostname) !== undefined) {
      throw optionsError(
        'cors.origins',
        `"${origin}" is not an origin. Write it as in https://app.example.com, without a path.`,
      );
    }
  }
}

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
