import { Problem } from '../http/problem.ts';
import { readLimited } from '../http/read-limited.ts';
import { isWebUrl, maxUrlLength } from './web-url.ts';

const reasons = ['initial', 'expiring', 'expired', 'refused'] as const;

/** The body of `POST /token`. */
export interface SigningRequest {
  /** Absolute http(s) URLs as they were requested, each once. */
  readonly urls: readonly string[];
  readonly reason: (typeof reasons)[number];
  /** The member `session`, unchecked: an endpoint without `sessions` ignores it. */
  readonly session: unknown;
}

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

function parseObject(text: string): Record<string, unknown> {
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    throw new Problem(400, 'The body is not JSON. Send { "urls": […], "reason": "initial" }.');
  }
  if (typeof body !== 'object' || body === null)
    throw new Problem(400, 'The body is not a JSON object. Send { "urls": […], "reason": "initial" }.');
  return body as Record<string, unknown>;
}
