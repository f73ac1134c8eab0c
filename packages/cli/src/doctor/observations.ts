import type { Carried } from './ask/pass.ts';

/** The answer to one request, as far as a diagnosis needs it. */
export interface Answer {
  /** The requested URL, without query and without token. */
  readonly url: string;
  readonly status: number;
  readonly headers: Headers;
  /** The body, if it was read: a playlist, or the answer of the endpoint. */
  readonly body?: string;
  /** Unix milliseconds by the clock of this machine. The answer was made between `sentMs` and `receivedMs`. */
  readonly sentMs: number;
  readonly receivedMs: number;
}

/** A request that got no answer. */
export interface Failure {
  readonly url: string;
  /** The reason in words, such as `ECONNREFUSED` or `no answer in time`. */
  readonly failure: string;
}

/** `undefined`: the request was not sent. */
export type Outcome = Answer | Failure | undefined;

export const isAnswer = (outcome: Outcome): outcome is Answer => outcome !== undefined && 'status' in outcome;

export const isServed = (outcome: Outcome): outcome is Answer =>
  isAnswer(outcome) && outcome.status >= 200 && outcome.status < 300;

/** Tells whether an answer refuses the token or its absence, in the ways of CDNs and stores. */
export const isRefused = (outcome: Outcome): outcome is Answer =>
  isAnswer(outcome) && [400, 401, 403, 410].includes(outcome.status);

/** Returns the status of an answer; 0 if there is none. */
export const statusOf = (outcome: Outcome): number => (isAnswer(outcome) ? outcome.status : 0);

/** Returns the target of a redirect; `undefined` for any other answer. */
export function targetOf({ url, status, headers }: Answer): URL | undefined {
  const location = headers.get('location');
  const isRedirect = status >= 300 && status < 400 && location !== null && URL.canParse(location, url);
  return isRedirect ? new URL(location, url) : undefined;
}

/** The page that plays. */
export interface Page {
  readonly origin: string;
  /** Who says so. An origin that nobody says is made up, and a server with a list of origins does not know it. */
  readonly isFrom: 'the caller' | 'the endpoint' | 'nobody';
}

type EdgeRequest =
  | ('withoutToken' | 'withoutTokenAgain' | 'preflight')
  | ('good' | 'tampered' | 'expired' | 'longExpired' | 'lasting' | 'own')
  | ('sibling' | 'siblingWithoutToken');

/**
 * The edge's answers for one URL, each if its request was sent:
 * - `good` to the valid token, `tampered` to a changed one, `expired` and `longExpired` to tokens that ended an hour and
 *   a month ago; `lasting` to one of half a day, `own` to one of the given secret
 * - `withoutTokenAgain` after the edge has accepted the good token
 * - `sibling` for a file that does not exist, in the same folder, with a good token; `siblingWithoutToken` without one
 */
export type EdgeAnswers = Partial<Record<EdgeRequest, Outcome>>;

export interface EdgeObservations extends Readonly<EdgeAnswers> {
  /** The URL without query and without token. */
  readonly url: string;
  /** The good token, if there is one. */
  readonly token?: Carried | undefined;
  /** Whether the token of the endpoint is genuine by the given secret; `undefined` if that cannot be judged. */
  readonly isGenuine?: boolean | undefined;
}

/** A file that a playlist names. */
export interface ChildObservations {
  /** The URL without query and without token. */
  readonly url: string;
  /** The kind in words, such as `segment`. */
  readonly kind: string;
  /** Whether the endpoint denies the file, or sends no token for it. */
  readonly isDenied: boolean;
  readonly source: string;
  readonly good?: Outcome;
  readonly withoutToken?: Outcome;
}

/** The endpoint's answers. */
export interface EndpointObservations {
  /** The URL without its query, which may contain a key. */
  readonly url: string;
  /** The requested URL, without a token, with its query. */
  readonly asked: string;
  /** Whether the call carries cookies of the viewer (`--header 'cookie: …'`). */
  readonly sendsCookies: boolean;
  readonly preflight?: Outcome;
  readonly initial?: Outcome;
  /** Whether the token for the reason `refused` is the one for `initial`. */
  readonly isSameAfterRefused?: boolean | undefined;
  /** Whether the endpoint has signed a URL of a host that does not exist. */
  readonly signsAnything?: boolean;
  /** Texts of the call that no output may repeat, such as a log-in. */
  readonly hidden?: readonly string[];
}

/** All observations from which a diagnosis is made. */
export interface Observations {
  readonly page: Page;
  readonly edge: EdgeObservations;
  readonly children: readonly ChildObservations[];
  readonly endpoint?: EndpointObservations | undefined;
}
