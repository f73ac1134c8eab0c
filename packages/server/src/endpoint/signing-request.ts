import { Problem } from '../http/problem.ts';
import { readLimited } from '../http/read-limited.ts';
import { parsedUrl } from '../url/judged-url.ts';

const reasons = ['initial', 'expiring', 'expired', 'refused'] as const;

/** The body of `POST /token`. */
export interface SigningRequest {
  /** Absolute http(s) URLs as they were requested, each once. */
  readonly urls: readonly string[];
  readonly reason: (typeof reasons)[number];
  /** The member `session`, unchecked: an endpoint without `sessions` ignores it. */
  readonly session: unknown;
}

/** The largest length of a URL: most CDNs refuse longer ones anyway (nginx: `large_client_header_buffers`, 8 KiB). */
const maxUrlLength = 8192;

/** Reads a signing request. @throws `Problem` 400, 413 or 415 for everything that is not one */
export async function readSigningRequest(request: Request, maxUrls: number): Promise<SigningRequest> {
  // A page of another origin can send text/plain or a form without a preflight, but not JSON.
  if (!/^application\/json(?:\s*;|$)/i.test(request.headers.get('Content-Type') ?? '')) {
    throw new Problem(415, 'The content type is not application/json. Send the body as JSON.');
  }
  const text = await readLimited(request, maxUrlLength + maxUrls * 2048, { fatal: true }).catch(() => {
    throw new Problem(400, 'The body ended early, or is not UTF-8. Send it whole. Has a body parser read it before?');
  });
  if (text === undefined) throw new Problem(413, 'The body is too long. Ask for fewer URLs.');
  const { urls, reason, session } = parseObject(text);
  if (!Array.isArray(urls) || urls.length === 0)
    throw new Problem(400, '`urls` is missing, empty or not an array. Send an array of URLs.');
  if (urls.length > maxUrls) throw new Problem(400, `\`urls\` has ${urls.length} URLs. Ask for at most ${maxUrls}.`);
  if (!urls.every(isWebUrl))
    throw new Problem(400, 'One of `urls` is not an absolute http or https URL. Send absolute ones.');
  const known = reasons.find((each) => each === (reason ?? 'initial'));
  if (!known) throw new Problem(400, `\`reason\` is unknown. Send one of ${reasons.join(', ')}.`);
  return { urls: [...new Set(urls)], reason: known, session };
}

/** Whether tokens may be requested for `value`: an absolute http or https URL that every reader takes for the same. */
export function isWebUrl(value: unknown): value is string {
  if (typeof value !== 'string' || value.length > maxUrlLength || !/^https?:/i.test(value)) return false;
  // `URL` removes line breaks and replaces half a character by U+FFFD: the endpoint would sign a URL that was not
  // requested.
  return !/[\p{Cc}\p{Cs}]/u.test(value) && parsedUrl(value) !== undefined;
}

/**
 * A session, 16 bytes: they fill 21 characters and two bits of a 22nd, whose other four bits are zero in canonical
 * form.
 */
const sessionForm = /^[\w-]{21}[AQgw]$/;

/**
 * Reads the session that a page has named; an optional member may be `null`. Pages that name none are together one
 * session of their viewer: older players renew without a name, and each of their calls would take a place otherwise.
 *
 * @param session the member of the body of the request
 * @throws `Problem` 400 for a value that is not a session
 */
export function readSession(session: unknown): string | undefined {
  if (session === undefined || session === null) return undefined;
  if (typeof session === 'string' && sessionForm.test(session)) return session;
  throw new Problem(400, '`session` is not 128 bits in base64url. Send 22 characters, or leave it out.');
}

function parseObject(text: string): Record<string, unknown> {
  try {
    const body: unknown = JSON.parse(text);
    if (typeof body === 'object' && body !== null) return body as Record<string, unknown>;
  } catch {
    // the same answer as for JSON that is not an object
  }
  throw new Problem(400, 'The body is not a JSON object. Send { "urls": […], "reason": "initial" }.');
}
