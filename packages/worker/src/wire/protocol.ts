import type { SecureTokenError, SignedRequest } from 'secure-token-core';
import type { SentRequest } from 'secure-token-core/adapter';
import { isString, membersOf } from './posted-members.ts';
import type { PostedError, PostedRequest } from './posted-values.ts';
import { parseError, parseRequest } from './posted-values.ts';
import type { PostedTokenEvent, TokenEventReport } from './token-event-report.ts';
import { parseTokenEvent, postableTokenEvent } from './token-event-report.ts';

/*
 * The messages between a page and the token worker.
 *
 *   page                                        worker
 *     │ ── claim ────────────────────────────────► │   control me: I may hand out tokens
 *     │ ◄────────────────── connect, with a port ─ │   do you hand out tokens?
 *     │ ── connected ─────────────── on the port ► │   yes; a page without tokens is silent
 *     │ ◄───────────────────── {url} or {status} ─ │   sign this; the edge refused the last one
 *     │ ── {signed} or {error} ──────────────────► │   each question has one answer
 *     │ ◄─────────────── script, with a new port ─ │   is this request of yours to be signed?
 *     │ ── {carries, leave} ──────── on the port ► │   a token is in it; or: I have not asked for `requests: 'all'`
 *     │ ── leave ────────────────────────────────► │   I answer no more
 *     │ ◄─────────────────────────────── playlist ─ │   to read ahead
 *     │ ◄─────────────────────────────────── lift ─ │   the viewer may have logged in: ask the endpoint again
 *     │ ◄──────────────────────── problem, event ─ │   for the listeners of the page
 *
 * Page and worker are deployed, cached and replaced at different times. An open page may be older than its worker. The
 * worker that controls a page may be older than the page's script, because a new version waits until no page is left.
 * These rules ensure that neither side waits for an answer that never comes:
 * - the words on the wire stay those of 1.0, whatever their names here, and later versions only add members;
 * - both sides ignore a message that they do not know, unless it is a question: they answer a question with an error;
 * - any message that arrives on the port as an answer ends the wait, even if it is not understood.
 */

/** The words on the wire. A message that is not sent on a port has its word in the member `secureToken`. */
export const words = {
  claim: 'claim',
  leave: 'leave',
  connect: 'hello',
  connected: 'here',
  problem: 'problem',
  event: 'event',
  script: 'script',
  playlist: 'playlist',
  lift: 'lift',
} as const;

/**
 * The message of a page that has loaded, or wants to renew. The page may hand out tokens, and wants the worker to
 * control it: after a hard reload no worker does.
 */
interface Claim {
  readonly secureToken: typeof words.claim;
}

/** The message of a page that has destroyed its worker object. */
interface Leave {
  readonly secureToken: typeof words.leave;
}

/** The messages from a page to the worker. */
export type PageMessage = Claim | Leave;

/** The question whether a page hands out tokens. Comes with a port. */
interface Connect {
  readonly secureToken: typeof words.connect;
}

/** The report that the edge does not send `header` with the response for `url`, which is unsigned. */
interface Problem {
  readonly secureToken: typeof words.problem;
  readonly url: string;
  readonly header: string;
}

/** An event of the worker's token source. */
interface TokenEvent {
  readonly secureToken: typeof words.event;
}

/** The question whether a request carries a token. Comes with a port. */
interface Script extends SentRequest {
  readonly secureToken: typeof words.script;
}

/** A playlist that a script of a page has received. The URL is unsigned. */
interface Playlist {
  readonly secureToken: typeof words.playlist;
  readonly url: string;
  readonly text: string;
}

/** The message that this page, or another one, has asked the worker to renew: the receiver lifts its denials. */
interface Lift {
  readonly secureToken: typeof words.lift;
}

/** The messages from the worker to a page, as a page reads them. */
export type WorkerMessage = Connect | Problem | Script | Playlist | Lift | (TokenEvent & TokenEventReport);

/** The messages from the worker to a page, as the worker posts them. */
export type PostedWorkerMessage = Connect | Problem | Script | Playlist | Lift | (TokenEvent & PostedTokenEvent);

/** A question of the worker, on the port: a URL to sign, or the status with which the edge refused the last request. */
export type Question = { readonly url: string } | { readonly status: number };

/**
 * The answer of the page, on the port, as the worker reads it. `signed` is `undefined` if there is no other token for
 * the refused request.
 */
export type Answer = { readonly signed: SignedRequest | undefined } | { readonly error: SecureTokenError };

/** The answer of the page, on the port, as the page posts it. */
export type PostedAnswer = { readonly signed: PostedRequest | undefined } | { readonly error: PostedError };

/** @returns `undefined` for all other messages that pages post to a worker */
export function parsePageMessage(data: unknown): PageMessage | undefined {
  const { secureToken } = membersOf(data);
  return secureToken === words.claim || secureToken === words.leave ? { secureToken } : undefined;
}

/** @returns `undefined` for all other messages that a worker posts to its pages */
export function parseWorkerMessage(data: unknown): WorkerMessage | undefined {
  const { secureToken, url, header, headers, credentials, text, ...members } = membersOf(data);
  switch (secureToken) {
    case words.connect:
    case words.lift:
      return { secureToken };
    case words.problem:
      return isString(url) && isString(header) ? { secureToken, url, header } : undefined;
    case words.script:
      return isString(url) && isListOfStrings(headers)
        ? { secureToken, url, headers, credentials: credentials === true }
        : undefined;
    case words.playlist:
      return isString(url) && isString(text) ? { secureToken, url, text } : undefined;
    case words.event: {
      const report = parseTokenEvent({ url, ...members });
      return report && { secureToken, ...report };
    }
    default:
      return undefined;
  }
}

const isListOfStrings = (value: unknown): value is readonly string[] => Array.isArray(value) && value.every(isString);

/** The answer of a page to `script`, as it is posted. */
export interface PostedScriptAnswer {
  /** Whether a token of one of the page's sources is in the request. */
  readonly carries: boolean;
  /** Whether the page has not asked for `requests: 'all'`. */
  readonly leave?: boolean;
}

/** The answer of a page to `script`, as the worker reads it. */
export interface ScriptAnswer {
  readonly carries: boolean;
  /** Whether the page wants the worker to sign the request. */
  readonly wants: boolean;
}

/** Reads the answer of a page to `script`. An answer that is not understood counts as a token in the request. */
export function parseScriptAnswer(data: unknown): ScriptAnswer {
  const { carries, leave } = membersOf(data);
  return { carries: carries !== false, wants: carries === false && leave !== true };
}

export const tokenEventMessage = (report: TokenEventReport): PostedWorkerMessage => ({
  secureToken: words.event,
  ...postableTokenEvent(report),
});

/** Whether a page says on the port that it hands out tokens. */
export const isConnected = (data: unknown): data is typeof words.connected => data === words.connected;

/** @returns `undefined` for a question of a later version */
export function parseQuestion(data: unknown): Question | undefined {
  const { url, status } = membersOf(data);
  if (isString(url)) return { url };
  return typeof status === 'number' ? { status } : undefined;
}

/** @returns `undefined` for an answer that no version known here gives */
export function parseAnswer(data: unknown): Answer | undefined {
  const members = membersOf(data);
  if (members.error !== undefined) {
    const error = parseError(members.error);
    return error && { error };
  }
  if (!('signed' in members)) return undefined;
  if (members.signed === undefined) return { signed: undefined };
  const signed = parseRequest(members.signed);
  return signed && { signed };
}
