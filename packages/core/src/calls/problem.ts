import { shownUrl } from '../url-text.ts';
import { abortable } from '../waiting.ts';

/** The longest time, in ms, to wait for the body that explains a status. */
const PATIENCE_MS = 1000;
/** The length of the longest `detail` that is shown, in characters. */
const MAX_SHOWN = 200;

/** A `type` that apps may see: a URI without a query, because a query could contain anything. */
const TYPE = /^[a-z][\w+.-]*:[\w./:~-]{1,200}$/i;

/** An endpoint's explanation of its failure (RFC 9457), as far as it is safe to show. */
export interface Problem {
  readonly detail?: string;
  /** A URI that names the kind of failure. */
  readonly type?: string;
}

/** Hides a run of characters that may be a token or a part of one: letters and digits, or Base64 with its padding. */
const hideToken = (run: string): string => (/\d/.test(run) && /[a-z]/i.test(run) ? '…' : run);
const hideTokens = (run: string): string => (run.endsWith('=') ? '…' : run.replace(/[^/]{16,}/g, hideToken));

/** Returns a text of an endpoint for a message that apps log: one short line without queries and tokens. */
function shownDetail(text: string): string {
  const line = text
    .replace(/[\p{Cc}\p{Cf}\s]+/gu, ' ')
    .trim()
    .replace(/https?:[^\s"'<>]+/gi, shownUrl)
    // the query of a URL without a host
    .replace(/\?[^\s"'<>]+/g, (query) => (/[=&]/.test(query) ? '?…' : query))
    .replace(/[\w~%+/=-]{16,}/g, hideTokens);
  return line.length > MAX_SHOWN ? `${line.slice(0, MAX_SHOWN)}…` : line;
}

/**
 * Reads why the signing endpoint has failed, if the cause is a response whose body is JSON and arrives within a second.
 * Never rejects. Leaves the response readable, because apps get it as the `cause` of the error.
 */
export async function readProblem(cause: unknown): Promise<Problem> {
  const patience = new AbortController();
  const timer = setTimeout(() => patience.abort(), PATIENCE_MS);
  try {
    const response = cause as Response;
    const isJson = /\bjson\b/i.test(response.headers.get('content-type') ?? '');
    const problem: unknown = isJson ? await abortable(response.clone().json(), patience.signal) : {};
    const { detail, type } = problem as Record<keyof Problem, unknown>;
    return {
      ...(typeof detail === 'string' && { detail: shownDetail(detail) }),
      ...(typeof type === 'string' && TYPE.test(type) && { type }),
    };
  } catch {
    // no response; or a body that breaks off or is not JSON: the status is known all the same
    return {};
  } finally {
    clearTimeout(timer);
  }
}
