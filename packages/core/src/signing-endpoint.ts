import { SecureTokenError, isSecureTokenError } from './secure-token-error.ts';
import type { TokenRequest, TokenSourceOptions } from './token-source-options.ts';
import { isToken } from './token-source-options.ts';
import type { Token } from './token.ts';

/** What a call for tokens brought. */
export interface Answer {
  readonly tokens: readonly Token[];
  /** The URLs this viewer may not have. */
  readonly denied: readonly string[];
  /** The endpoint's clock in unix ms; NaN if it did not tell. */
  readonly now: number;
}

const failure = (status: number | undefined, details?: object): SecureTokenError =>
  status === 401 || status === 403
    ? new SecureTokenError('ERR_DENIED', 'The signing endpoint denies this viewer', { status, ...details })
    : status === undefined || status === 429 || status >= 500
      ? new SecureTokenError('ERR_SIGNING_UNAVAILABLE', 'The signing endpoint does not answer', { ...(status && { status }), ...details })
      : new SecureTokenError('ERR_SIGNING_RESPONSE', 'The signing endpoint must answer {tokens, now, denied}', { status, ...details });

const read = (answer: unknown, now: number): Answer => {
  const { tokens, denied = [] } = (answer ?? {}) as Partial<Answer>;
  const ok = Array.isArray(tokens) && Array.isArray(denied) && tokens.every((token) => token && isToken(token as Token));
  if (!ok) throw failure(200);
  return { tokens: tokens as Token[], denied, now };
};

const parse = (text: string): { now?: number } | null => {
  try {
    return JSON.parse(text) as { now?: number } | null;
  } catch {
    // not kept as a cause: the parser's message quotes the body, which may hold a token
    return null;
  }
};

async function post({ endpoint, request, fetch = globalThis.fetch }: TokenSourceOptions, { signal, ...body }: TokenRequest, clock: () => number): Promise<Answer> {
  const init = { ...(typeof request === 'function' ? await request() : request) };
  const headers = new Headers(init.headers);
  headers.set('content-type', 'application/json');
  const response = await fetch(endpoint!, { cache: 'no-store', ...init, method: 'POST', headers, body: JSON.stringify(body), signal });
  const { ok, status } = response;
  const text = await response.text();
  if (!ok) {
    const after = response.headers.get('retry-after');
    // a date is the endpoint's: compared with its own clock, for the viewer's may be hours wrong
    const { retryAfter = after && (Date.parse(after) - (Date.parse(response.headers.get('date')!) || clock())) / 1000 } = +after! >= 0 && after ? { retryAfter: +after } : {};
    throw failure(status, retryAfter ? { retryAfter } : {});
  }
  const answer = parse(text);
  return read(answer, answer?.now ? answer.now * 1000 : Date.parse(response.headers.get('date')!));
}

/** One call for tokens, through `getTokens` or the endpoint; rejects with a `SecureTokenError` only. */
export async function askForTokens(options: TokenSourceOptions, request: TokenRequest, clock: () => number): Promise<Answer> {
  try {
    return await (options.getTokens ? read({ tokens: [await options.getTokens(request)].flat() }, NaN) : post(options, request, clock));
  } catch (cause) {
    throw isSecureTokenError(cause) ? cause : failure((cause as { status?: number } | undefined)?.status, { cause });
  }
}
