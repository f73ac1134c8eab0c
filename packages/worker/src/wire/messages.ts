import type { SignedRequest, TokenEventDetails, TokenEventType } from 'secure-token-core';
import { SecureTokenError, isSecureTokenError } from 'secure-token-core';
import type { SentRequest } from 'secure-token-core/adapter';
import { TOKEN_EVENTS, untouchedRequest } from 'secure-token-core/adapter';

/*
 * The messages between a page and the token worker.
 *
 *   page                                        worker
 *     │ ── claim ────────────────────────────────► │   control me, and ask me: I may hand out tokens
 *     │ ◄──────────────────── hello, with a port ─ │   do you hand out tokens?
 *     │ ── HERE ──────────────────── on the port ► │   yes; a page without tokens is silent
 *     │ ◄─────────────────────── {url, status?} ── │   sign this; the edge refused the last one with this status
 *     │ ── {signed} or {error} ──────────────────► │   each question has one answer
 *     │ ◄─────────────────── script, with a port ─ │   is a token in this request of yours?
 *     │ ── {carries} ─────────────── on the port ► │   a page without `requests: 'all'` is silent
 *     │ ◄─────────────────────────────── playlist ─ │   to read ahead
 *     │ ◄─────────────────────────────────── lift ─ │   the viewer may have logged in: ask the endpoint again
 *     │ ◄──────────────────────── problem, event ─ │   for the listeners of the page
 *
 * Each side checks what it hears: other scripts of the site post messages, too.
 */

/**
 * The message of a page that has loaded, or wants to renew. The page may hand out tokens, and wants the worker to
 * control it: after a hard reload no worker does.
 */
export const CLAIM = { secureToken: 'claim' } as const;

export const isClaim = (data: unknown): boolean => membersOf(data).secureToken === CLAIM.secureToken;

/** The message of a page that hands out tokens, on the port of `hello`. */
export const HERE = 'here';

/** A question of the worker, on the port of `hello`. */
export interface Question {
  readonly url: string;
  readonly status?: number;
}

/** The answer of a page. An error object would lose its code on the way, and its cause may be a `Response`. */
export type Answer = { readonly signed: SignedRequest | undefined } | { readonly error: PostedError };
type PostedError = Pick<SecureTokenError, 'code' | 'message' | 'url' | 'status' | 'retryAfter' | 'type'>;

type PostedDetail = Exclude<TokenEventDetails[TokenEventType], { error: unknown }> | { readonly error: PostedError };

/** The messages from the worker to a page. Each URL in them is unsigned. */
export type WorkerMessage =
  | { readonly secureToken: 'hello' | 'lift' }
  | { readonly secureToken: 'problem'; readonly url: string; readonly header: string }
  | { readonly secureToken: 'playlist'; readonly url: string; readonly text: string }
  | { readonly secureToken: 'event'; readonly type: TokenEventType; readonly detail: PostedDetail }
  | ({ readonly secureToken: 'script' } & SentRequest);

const membersOf = (data: unknown): Readonly<Record<string, unknown>> => Object(data) as Record<string, unknown>;

/** Whether a posted value has members of these types. */
const has = (data: unknown, types: Readonly<Record<string, string>>): boolean =>
  Object.entries(types).every(([name, type]) => {
    const member = membersOf(data)[name];
    return type === 'list' ? Array.isArray(member) : typeof member === type && member !== null;
  });

const MEMBERS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  hello: {},
  lift: {},
  problem: { url: 'string', header: 'string' },
  playlist: { url: 'string', text: 'string' },
  event: { type: 'string', detail: 'object' },
  script: { url: 'string', headers: 'list', credentials: 'boolean' },
};

/** @returns `undefined` for all other messages that a worker posts to its pages */
export function readMessage(data: unknown): WorkerMessage | undefined {
  const { secureToken, type, detail } = membersOf(data);
  if (typeof secureToken !== 'string' || !Object.keys(MEMBERS).includes(secureToken)) return undefined;
  if (!has(data, MEMBERS[secureToken]!) || (secureToken === 'event' && !isEvent(type, detail as object)))
    return undefined;
  return data as WorkerMessage;
}

const isEvent = (type: unknown, detail: { readonly error?: unknown }): boolean =>
  TOKEN_EVENTS.includes(type as never) && (!('error' in detail) || isPostedError(detail.error));

/** Whether a token of one of the page's sources is in a request. What is not understood counts as a token. */
export const readCarries = (data: unknown): boolean => membersOf(data).carries !== false;

/** The message about an event of the worker's token source. */
export const eventMessage = (type: TokenEventType, detail: TokenEventDetails[TokenEventType]): WorkerMessage => ({
  secureToken: 'event',
  type,
  detail: 'error' in detail ? { error: postable(detail.error) } : detail,
});

/** Returns the detail of a posted event, as listeners get it. */
export const detailOf = (detail: PostedDetail): object =>
  'error' in detail ? { error: errorFrom(detail.error) } : detail;

/** The answer with a signed request. Of the token it has no more than the expiry. */
export const signedAnswer = (signed: SignedRequest | undefined): Answer => ({
  signed: signed?.token ? { ...signed, token: { expires: signed.token.expires } } : signed,
});

/** The answer with the failure of a token source. The error of another source may contain a secret. */
export const failedAnswer = (error: unknown): Answer => ({
  error: postable(
    isSecureTokenError(error)
      ? error
      : new SecureTokenError('ERR_SIGNING_UNAVAILABLE', 'The token source of this page failed. Look at its events.'),
  ),
});

/**
 * Returns the signed request that a page has posted; `undefined` if there is no other token.
 * @throws the error that the page has posted; `ERR_SIGNING_RESPONSE` for what is no answer
 */
export function readAnswer(data: unknown): SignedRequest | undefined {
  const { signed, error } = membersOf(data);
  if (isPostedError(error)) throw errorFrom(error);
  if (signed === undefined && error === undefined) return undefined;
  if (!has(signed, { url: 'string', unsignedUrl: 'string', headers: 'object', credentials: 'boolean' }))
    throw new SecureTokenError('ERR_SIGNING_RESPONSE', 'The page answered the token worker in an unknown form.');
  const { unsignedUrl, url, headers, credentials, token } = signed as SignedRequest;
  return { ...untouchedRequest(unsignedUrl), url, headers, credentials, ...(token && { token }) };
}

const postable = ({ code, message, url, status, retryAfter, type }: SecureTokenError): PostedError =>
  // leaves out what is undefined
  JSON.parse(JSON.stringify({ code, message, url, status, retryAfter, type })) as PostedError;

const isPostedError = (error: unknown): error is PostedError =>
  has(error, { code: 'string', message: 'string' }) && (error as PostedError).code.startsWith('ERR_');

function errorFrom({ code, message, ...details }: PostedError): SecureTokenError {
  // the constructor puts the code in front of the message again
  return new SecureTokenError(code, message.replace(`${code}: `, ''), details);
}
