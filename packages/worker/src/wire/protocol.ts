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
 *     │ ── claim ────────────────────────────────► │   control me: I hand out tokens
 *     │ ◄────────────────── connect, with a port ─ │   do you hand out tokens?
 *     │ ── connected ─────────────── on the port ► │   yes; a page without tokens is silent
 *     │ ◄───────────────────── {url} or {status} ─ │   sign this; that was refused
 *     │ ── {signed} or {error} ──────────────────► │   each question has one answer
 *     │ ◄─────────────── script, with a new port ─ │   is this request of yours to be signed?
 *     │ ── {carries, leave} ──────── on the port ► │   a token is in it; or: I have not asked for `requests: 'all'`
 *     │ ── leave ────────────────────────────────► │   I answer no more
 *     │ ◄─────────────────────────────── playlist ─ │   to read ahead
 *     │ ◄─────────────────────────────────── lift ─ │   the viewer may have logged in: ask the endpoint again
 *     │ ◄──────────────────────── problem, event ─ │   for listeners of the page
 *
 * The two are deployed, cached and replaced at different times: an open page may be older than its worker, and the
 * worker that controls a page may be older than its script, because a new version waits until no page is left. So that
 * neither waits for an answer that never comes:
 * - the words on the wire stay those of 1.0, whatever they are called here, and members are only ever added;
 * - a message that is not known is ignored, but for a question: that one is answered with an error;
 * - whatever comes on the port as an answer ends the wait, whether it is understood or not.
 */

/** The words on the wire. Those that are not sent on a port stand in the member `secureToken`. */
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

/** A page that has loaded: it hands out tokens, and is to be controlled, which after a hard reload it is not. */
interface Claim {
  readonly secureToken: typeof words.claim;
}

/** The page has destroyed its worker object. */
interface Leave {
  readonly secureToken: typeof words.leave;
}

/** From a page to the worker. */
export type PageMessage = Claim | Leave;

/** Comes with a port. */
interface Connect {
  readonly secureToken: typeof words.connect;
}

/** The edge does not send `header` with the response for `url`, which is unsigned. */
interface Problem {
  readonly secureToken: typeof words.problem;
  readonly url: string;
  readonly header: string;
}

/** An event of the worker's token source. */
interface TokenEvent {
  readonly secureToken: typeof words.event;
}

/** Comes with a port: is a token in this request? */
interface Script extends SentRequest {
  readonly secureToken: typeof words.script;
}

/** A playlist that a script of some page was given; the URL is unsigned. */
interface Playlist {
  readonly secureToken: typeof words.playlist;
  readonly url: string;
  readonly text: string;
}

/** Another page, or this one, has asked the worker to renew: what this one has been denied is lifted. */
interface Lift {
  readonly secureToken: typeof words.lift;
}

/** From the worker to a page, as a page reads it. */
export type WorkerMessage = Connect | Problem | Script | Playlist | Lift | (TokenEvent & TokenEventReport);

/** From the worker to a page, as it is posted. */
export type PostedWorkerMessage = Connect | Problem | Script | Playlist | Lift | (TokenEvent & PostedTokenEvent);

/** From the worker, on the port: a URL to sign, or the status with which the last one was refused. */
export type Question = { readonly url: string } | { readonly status: number };

/** From the page, on the port, as the worker reads it. `undefined`: there is no other token for what was refused. */
export type Answer = { readonly signed: SignedRequest | undefined } | { readonly error: SecureTokenError };

/** From the page, on the port, as it is posted. */
export type PostedAnswer = { readonly signed: PostedRequest | undefined } | { readonly error: PostedError };

/** @returns `undefined` for whatever else pages post to a worker */
export function parsePageMessage(data: unknown): PageMessage | undefined {
  const { secureToken } = membersOf(data);
  return secureToken === words.claim || secureToken === words.leave ? { secureToken } : undefined;
}

/** @returns `undefined` for whatever else a worker posts to its pages */
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
  /** A token of one of its sources is in the request. */
  readonly carries: boolean;
  /** The page has not asked for `requests: 'all'`. */
  readonly leave?: boolean;
}

/** The answer of a page to `script`, as the worker reads it. */
export interface ScriptAnswer {
  readonly carries: boolean;
  /** The request is to be signed. */
  readonly wants: boolean;
}

/** An answer that is not understood is taken for a token in the request. */
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

/** @returns `undefined` for what no version known here answers */
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
