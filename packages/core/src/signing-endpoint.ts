import { abortable } from './abortable.ts';
import { parseToken } from './parse-token.ts';
import { SecureTokenError, isSecureTokenError } from './secure-token-error.ts';
import type { TokenRequest, TokenSourceOptions } from './token-source-options.ts';
import type { Token } from './token.ts';

/** What a call for tokens brought. */
export interface Answer {
  readonly tokens: readonly Token[];
  /** The URLs this viewer may not have. */
  readonly denied: readonly string[];
  /** The endpoint's clock in unix seconds; NaN if it did not tell. */
  readonly now: number;
}

const secondsOf = (date: string | null | undefined): number => Date.parse(date!) / 1000;

/** What went wrong, in our words. `cause` is a `Response`, or whatever `fetch`, `request` or `getTokens` threw. */
export function toError(cause: unknown, now: number): SecureTokenError {
  if (isSecureTokenError(cause)) return cause;
  const { status, headers } = (cause ?? {}) as { status?: number; headers?: Partial<Headers> };
  const after = headers?.get?.('retry-after');
  // a date is told by the endpoint's clock: the viewer's may be hours wrong
  const wait = +after! || secondsOf(after) - (secondsOf(headers?.get?.('date')) || now);
  return new SecureTokenError(
    status === 401 || status === 403 ? 'ERR_DENIED' : !status || status === 429 || status >= 500 ? 'ERR_SIGNING_UNAVAILABLE' : 'ERR_SIGNING_RESPONSE',
    'the signing endpoint ' + (status ? `answered ${status}` : 'did not answer'),
    { status, cause, retryAfter: wait > 0 ? wait : undefined },
  );
}

/** One call for tokens, through `getTokens` or the endpoint. Rejects with whatever went wrong. */
export async function askForTokens(
  { endpoint, getTokens, request, fetch = globalThis.fetch, timeout = 10 }: TokenSourceOptions,
  wanted: Omit<TokenRequest, 'signal'>,
  running: Set<AbortController>,
): Promise<Answer> {
  const call = new AbortController();
  const { signal } = call;
  let date: string | null = null;

  const bring = async (): Promise<() => string> => {
    if (getTokens) {
      const tokens = [await getTokens({ ...wanted, signal })].flat();
      // the same way from here on: what a team's own code brings is no more to be trusted than an endpoint
      return () => JSON.stringify({ tokens });
    }
    const init = typeof request === 'function' ? await request() : request;
    const headers = new Headers(init?.headers);
    headers.set('content-type', 'application/json');
    const response = await fetch(endpoint!, { ...init, method: 'POST', headers, body: JSON.stringify(wanted), signal });
    if (!response.ok) throw response as unknown as Error;
    date = response.headers.get('date');
    const text = await response.text();
    return () => text;
  };

  const timer = setTimeout(() => call.abort(Error(`no answer in ${timeout} s`)), timeout * 1000);
  running.add(call);
  const read = await abortable(bring(), signal).finally(() => {
    clearTimeout(timer);
    running.delete(call);
  });
  try {
    const { tokens: sent, denied = [], now: theirs } = JSON.parse(read()) as { tokens: Token[]; denied?: string[]; now?: string };
    const tokens = sent.flatMap((token) => parseToken(token) ?? []);
    // one that is none spoils them all: the endpoint speaks another protocol. Milliseconds are none either
    if (tokens.length === sent.length && !(+theirs! > 1e11)) return { tokens, denied: denied.map(String), now: +theirs! || secondsOf(date) };
  } catch {
    // not kept as a cause: the parser's message quotes the body, which may hold a token
  }
  throw new SecureTokenError('ERR_SIGNING_RESPONSE', 'the signing endpoint must answer {tokens, now, denied}');
}
