import { letGo, readLimited } from '../http/read-limited.ts';
import { signPlaylist } from '../playlist/sign-playlist.ts';
import type { SignPlaylistOptions } from '../playlist/sign-playlist.ts';

/**
 * The longest playlist in bytes, as long as the longest one that the browser packages read. Some origins serve a whole
 * film under a name such as `film.mp4/x.m3u8` (path info, RFC 3875 section 4.1.5).
 */
const maxBytes = 10 * 2 ** 20;

/**
 * Headers that describe the origin's playlist. A rewritten playlist is another document, to which these ranges and
 * validators do not apply.
 */
const ofOriginalBody = /^(?:content-(?:encoding|length|range)|accept-ranges|etag|last-modified|(?:.+-)?digest)$/;

const hasPlaylistName = ({ url }: Request): boolean => /\.m3u8?$/i.test(new URL(url).pathname);

const hasPlaylistType = ({ headers }: Response): boolean => /mpegurl/i.test(headers.get('Content-Type') ?? '');

/** Returns the request as one for the whole document, whatever the viewer already has of it. */
function wholeDocument(request: Request): Request {
  const headers = new Headers(request.headers);
  for (const name of [...headers.keys()]) if (/^(?:range|if-.+)$/.test(name)) headers.delete(name);
  return new Request(request, { headers });
}

/** Whether an answer may hold a part of a playlist: of several parts, only the body shows the type. */
function isPartOfPlaylist(response: Response, request: Request): boolean {
  const hasParts = /^multipart\/byteranges/i.test(response.headers.get('Content-Type') ?? '');
  return response.status === 206 && (hasPlaylistName(request) || hasPlaylistType(response) || hasParts);
}

/**
 * Asks the origin for what a viewer requests, and for the whole document if that is a playlist, by its name or by its
 * media type: the URIs in a part could not be signed.
 *
 * @throws an `Error` if the origin answers with a part of a playlist again
 */
export async function askForWhole(
  request: Request,
  forward: (request: Request) => Promise<Response>,
): Promise<Response> {
  const response = await forward(hasPlaylistName(request) ? wholeDocument(request) : request);
  if (!isPartOfPlaylist(response, request)) return response;
  letGo(response.body);
  const whole = await forward(wholeDocument(request));
  if (!isPartOfPlaylist(whole, request)) return whole;
  letGo(whole.body);
  throw new Error('The origin answered with a part of a playlist to a request for all of it.');
}

/** Whether a response is a playlist, by its name or by its media type. */
export function isPlaylist(response: Response, request: Request): boolean {
  return response.status === 200 && (hasPlaylistName(request) || hasPlaylistType(response));
}

/**
 * Returns the playlist with every URI signed, private to this viewer. A HEAD request gets the same headers without a
 * length, because the length is known only from the rewritten body.
 *
 * @throws an `Error` for a body of more than 10 MiB, whose rest is not read; the reason of `request.signal` after the
 *   viewer has left
 */
export async function rewritePlaylist(
  response: Response,
  request: Request,
  options: SignPlaylistOptions,
): Promise<Response> {
  const headers = new Headers(response.headers);
  for (const name of [...headers.keys()]) if (ofOriginalBody.test(name)) headers.delete(name);
  keepOutOfCaches(headers);
  if (request.method === 'HEAD') {
    letGo(response.body);
    return new Response(null, { status: response.status, headers });
  }
  const text = await readLimited(response, maxBytes, { signal: request.signal });
  if (text === undefined) throw new Error(`The origin answered with a playlist of more than ${maxBytes} bytes.`);
  const body = new TextEncoder().encode(await signPlaylist(text, request.url, options));
  headers.set('Content-Length', String(body.byteLength));
  return new Response(body, { status: response.status, headers });
}

/**
 * Headers that make CDNs keep a response whatever its `Cache-Control` says, such as `CDN-Cache-Control`, and headers that
 * label what CDNs have kept, such as `Surrogate-Key`.
 */
const cacheHeaders = /(?:^|-)(?:(?:cache|surrogate|edge)-(?:control|key|tag)|expires)$/;

/** Prevents caches from keeping a response that is for one viewer, whatever the origin has said. */
export function keepOutOfCaches(headers: Headers): void {
  for (const name of [...headers.keys()]) if (cacheHeaders.test(name)) headers.delete(name);
  headers.set('Cache-Control', 'private, no-store');
}
