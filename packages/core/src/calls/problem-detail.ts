import { readText } from '../read-text.ts';
import { shownUrl } from '../url-text.ts';

/** The status waits no longer for what explains it. */
const PATIENCE_MS = 1000;
/** In characters: of a body that is read at all, and of what is shown of its `detail`. */
const MAX_BODY = 20_000;
const MAX_SHOWN = 200;

/** By the `Response` with which the signing endpoint has failed: the `cause` of the error. */
const details = new WeakMap<object, string>();

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
 * Reads why the signing endpoint has failed (RFC 9457), for `detailOf`, if that comes at once and is not long;
 * otherwise the rest of `response` is cancelled, and its connection is free. Never rejects.
 */
export async function readDetail(response: Response): Promise<void> {
  const patience = new AbortController();
  const timer = setTimeout(() => patience.abort(), PATIENCE_MS);
  await noteDetail(response, patience.signal);
  clearTimeout(timer);
}

async function noteDetail(response: Response, signal: AbortSignal): Promise<void> {
  try {
    const text = await readText(response.clone().body!, MAX_BODY, signal);
    if (text === undefined) {
      void response.body!.cancel().catch(() => undefined);
      return;
    }
    if (!/\bjson\b/i.test(response.headers.get('content-type') ?? '')) return;
    const { detail } = JSON.parse(text) as { detail?: unknown };
    const line = typeof detail === 'string' ? shownDetail(detail) : '';
    if (line) details.set(response, line);
  } catch {
    // a body that breaks off or is no JSON says nothing, and the status stands
  }
}

/** The `detail` that the signing endpoint gave for its failure; `undefined` if it gave none. */
export const detailOf = (cause: unknown): string | undefined =>
  typeof cause === 'object' && cause !== null ? details.get(cause) : undefined;
