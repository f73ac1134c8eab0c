import { letGo, readText } from '../body.ts';
import { shownUrl } from '../url-text.ts';

/** The status waits no longer for what explains it. */
const PATIENCE_MS = 1000;
/** In characters: of a body that is read at all, and of what is shown of its `detail`. */
const MAX_BODY = 20_000;
const MAX_SHOWN = 200;

/** A type as it is shown to apps: a URI without a query, which could hold anything. */
const KIND = /^[a-z][\w+.-]*:[\w./:~-]{1,200}$/i;

/** An endpoint's words about its failure (RFC 9457). */
interface Problem {
  /** Safe to show. */
  readonly detail?: string;
  /** A URI that names the kind of failure. */
  readonly type?: string;
}

/** By the `Response` with which the signing endpoint has failed: the `cause` of the error. */
const problems = new WeakMap<object, Problem>();

/** Hides a run of characters that may be a token or a part of one: letters and digits, or Base64 with its padding. */
const hideToken = (run: string): string => (/\d/.test(run) && /[a-z]/i.test(run) ? '…' : run);
const hideTokens = (run: string): string => (run.endsWith('=') ? '…' : run.replace(/[^/]{16,}/g, hideToken));

/** Text of an endpoint, for a message that apps log: one line, not long, without queries and tokens. */
export function shownDetail(text: string): string {
  const line = text
    .replace(/[\p{Cc}\p{Cf}\s]+/gu, ' ')
    .trim()
    .replace(/https?:[^\s"'<>]+/gi, shownUrl)
    // of a URL without its host
    .replace(/\?[^\s"'<>]+/g, (query) => (/[=&]/.test(query) ? '?…' : query))
    .replace(/[\w~%+/=-]{16,}/g, hideTokens);
  return line.length > MAX_SHOWN ? `${line.slice(0, MAX_SHOWN)}…` : line;
}

/**
 * Reads why the signing endpoint has failed (RFC 9457), for `problemOf`, if that comes at once and is not long;
 * otherwise the rest of `response` is cancelled, and its connection is free. Never rejects.
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
    // a body that breaks off or is no JSON says nothing, and the status stands
  }
}

/** Returns the signing endpoint's words about its failure. */
export const problemOf = (cause: unknown): Problem =>
  (typeof cause === 'object' && cause !== null ? problems.get(cause) : undefined) ?? {};
