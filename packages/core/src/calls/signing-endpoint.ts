import type { Settings, TokenRequest } from '../contract/options.ts';
import { parseAnswer } from '../contract/parse-answer.ts';
import type { Token, TokensAnswer } from '../contract/token.ts';
import { abortWith, reasonOf, throwIfAborted } from '../older-browsers.ts';
import { abortable } from '../waiting.ts';
import { secondsOf } from './failure.ts';

/**
 * Makes one call to the endpoint, or to `getTokens`.
 * @param destroyed aborts the call
 * @throws `ERR_SIGNING_RESPONSE`, a `Response` that is no success, or whatever `fetch`, `request` or `getTokens` threw
 */
export async function callEndpoint(
  settings: Settings,
  wanted: Omit<TokenRequest, 'signal'>,
  destroyed: AbortSignal,
): Promise<TokensAnswer> {
  throwIfAborted(destroyed);
  const { getTokens, timeout } = settings;
  const ending = new AbortController();
  const end = (): void => abortWith(ending, reasonOf(destroyed));
  destroyed.addEventListener('abort', end);
  const timer = setTimeout(() => abortWith(ending, new Error(`No answer in ${timeout} s.`)), timeout * 1000);
  const request = { ...wanted, signal: ending.signal };
  try {
    const answer = getTokens ? askApp(getTokens, request) : askEndpoint(settings, request);
    return await abortable(answer, ending.signal);
  } finally {
    clearTimeout(timer);
    destroyed.removeEventListener('abort', end);
  }
}

async function askApp(getTokens: NonNullable<Settings['getTokens']>, request: TokenRequest): Promise<TokensAnswer> {
  // needs the same checks as the answer of an endpoint
  return parseAnswer(toJson(await getTokens(request)), 'getTokens');
}

function toJson(answer: Token | readonly Token[] | TokensAnswer): string {
  try {
    const isWhole = typeof answer === 'object' && 'tokens' in answer;
    return JSON.stringify(isWhole ? answer : { tokens: [answer].flat() });
  } catch {
    return '';
  }
}

async function askEndpoint(
  { endpoint, request, fetch = globalThis.fetch }: Settings,
  { signal, ...wanted }: TokenRequest,
): Promise<TokensAnswer> {
  const init = typeof request === 'function' ? await request() : request;
  // an aborted call is never sent: the app's `fetch` may ignore the signal, and `init` may contain the log-in
  throwIfAborted(signal);
  const headers = new Headers(init?.headers);
  headers.set('content-type', 'application/json');
  const response = await fetch(endpoint!, { ...init, method: 'POST', headers, body: JSON.stringify(wanted), signal });
  if (!response.ok) throw response as unknown as Error;
  const now = secondsOf(response.headers.get('date'));
  return { now, ...parseAnswer(await response.text(), 'the signing endpoint') };
}
