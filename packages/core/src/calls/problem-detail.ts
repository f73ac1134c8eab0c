import { letGo, readText } from '../body.ts';
import { shownUrl } from '../url-text.ts';

/** The longest time, in ms, to wait for the body that explains a status. */
const PATIENCE_MS = 1000;
/** The length of the longest body that is read, and of the longest `detail` that is shown, in characters. */
const MAX_BODY = 20_000;
const MAX_SHOWN = 200;

/** A `type` that apps may see: a URI without a query, because a query could contain anything. */
const KIND = /^[a-z][\w+.-]*:[\w./:~-]{1,200}$/i;

/** An endpoint's explanation of its failure (RFC 9457). */
interface Problem {
  /** A text that is safe to show. */
  readonly detail?: string;
  /** A URI that names the kind of failure. */
  readonly type?: string;
}

/** The problems, by the failed `Response` of the signing endpoint, which is the `cause` of the error. */
const problems = new WeakMap<object, Problem>();

/** Hides a run of characters that may be a token or a part of one: letters and digits, or Base64 with its padding. */
const hideToken = (run: string): string => (/\d/.test(run) && /[a-z]/i.test(run) ? '…' : run);
const hideTokens = (run: string): string => (run.endsWith('=') ? '…' : run.replace(/[^/]{16,}/g, hideToken));

/** Returns a text of an endpoint for a message that apps log: one short line without queries and tokens. */
export function shownDetail(text: string): string {
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
 * Reads why the signing endpoint has failed (RFC 9457), for `problemOf`, if the body is short and arrives within a
 * second. Otherwise cancels the rest of `response`, so that its connection becomes free. Never rejects.
 */
export async function readProblem(response: Response): Promise<void> {
  const patience = new AbortController();
  const timer = setTimeout(() => patience.abort(), PATIENCE_MS);
  await noteProblem(response, patience.signal);
  clearTimeout(timer);
}

async function noteProblem(response: Response, signal: AbortSignal): Promise<void> {
  try {
    const text = await readText(response.clone().body!, MAX_BODY, signal);
    if (text === undefined) {
      letGo(response.body);
      return;
    }
    if (!/\bjson\b/i.test(response.headers.get('content-type') ?? '')) return;
    const { detail, type } = JSON.parse(text) as { detail?: unknown; type?: unknown };
    const line = typeof detail === 'string' ? shownDetail(detail) : '';
    const isKind = typeof type === 'string' && KIND.test(type);
    problems.set(response, { ...(line && { detail: line }), ...(isKind && { type }) });
  } catch {
    // a body that breaks off or is not JSON explains nothing; the status is known all the same
  }
}

/** Returns the signing endpoint's explanation of its failure; empty if there is none. */
export const problemOf = (cause: unknown): Problem =>
  (typeof cause === 'object' && cause !== null ? problems.get(cause) : undefined) ?? {};
