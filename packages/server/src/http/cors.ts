import { optionsError } from '../errors/options-error.ts';
import * as option from '../errors/options.ts';
import { isHost, parsedUrl } from '../url/judged-url.ts';

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
 * Reads the option `cors`.
 *
 * @throws `ERR_OPTIONS` for a value that is not an origin, and for `'*'` with credentials, which browsers refuse
 */
export function readCors(cors: CorsOptions): CorsOptions {
  const { origins, credentials } = option.readOptions(
    cors,
    { origins: option.given, credentials: option.flag() },
    'cors',
  );
  if (origins === '*' && !credentials) return { origins };
  const isOrigin = (origin: string): boolean => {
    const url = parsedUrl(origin);
    return url?.origin === origin && isHost(url.hostname);
  };
  if (!Array.isArray(origins) || !origins.every(isOrigin))
    throw optionsError(
      'cors.origins',
      "Give a list of origins such as ['https://app.example.com'], without paths; or '*', which browsers refuse with " +
        '`credentials`.',
    );
  return { origins, credentials };
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
  const own = headers.get('Access-Control-Expose-Headers');
  headers.delete('Access-Control-Expose-Headers');
  headers.append('Vary', 'Origin');
  const origin = request.headers.get('Origin');
  if (cors.origins !== '*' && !(origin !== null && cors.origins.includes(origin))) return;
  headers.set('Access-Control-Allow-Origin', cors.origins === '*' ? '*' : (origin ?? ''));
  headers.set('Access-Control-Expose-Headers', own ? `${exposed}, ${own}` : exposed);
  if (cors.credentials) headers.set('Access-Control-Allow-Credentials', 'true');
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
