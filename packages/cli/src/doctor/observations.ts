/** The answer to one request, as far as a diagnosis needs it. */
export interface Answer {
  /** The requested URL, without query and without token. */
  readonly url: string;
  readonly status: number;
  readonly headers: Headers;
  /** The body, where it is read: a playlist, or the answer of the endpoint. */
  readonly body?: string;
  /** Unix milliseconds, by the clock of this machine: between them the answer was made. */
  readonly sentMs: number;
  readonly receivedMs: number;
}

/** A request that got no answer. */
export interface Failure {
  readonly url: string;
  /** In words, such as `ECONNREFUSED` or `no answer in time`. */
  readonly failure: string;
}

export type Outcome = Answer | Failure;

export const isAnswer = (outcome: Outcome | undefined): outcome is Answer =>
  outcome !== undefined && 'status' in outcome;

/** The page that plays. */
export interface Page {
  readonly origin: string;
  /**
   * Whether the caller has named no page: the origin is then a guess, and a server that lists origins may not know it.
   */
  readonly isAssumed: boolean;
}

/** The ways in which the token travels, which CORS has to allow. */
export interface Travel {
  /** Names of request headers that carry it. */
  readonly headers: readonly string[];
  readonly cookies: boolean;
}

/** The edge's answers to one URL. A member is missing where it was not asked for, or could not be. */
export interface EdgeObservations {
  readonly url: string;
  readonly travel: Travel;
  /** Where the good token comes from, in words, such as `signed with the secret`. */
  readonly source: string;
  readonly withoutToken?: Outcome;
  readonly preflight?: Outcome;
  readonly tampered?: Outcome;
  readonly expired?: Outcome;
  /** A token that ended a month ago: asked where the edge let the other one pass. */
  readonly longExpired?: Outcome;
  readonly good?: Outcome;
  /**
   * Whether the token of the endpoint is genuine by the secret that was given; missing where there is none, or nobody
   * can say.
   */
  readonly isGenuine?: boolean;
  /** A token signed with the secret that was given: asked where the edge refused another one of the endpoint. */
  readonly own?: Outcome;
  /** The answer to a token that lives for twelve hours, requested if the edge refused the valid token. */
  readonly lasting?: Outcome;
  readonly head?: Outcome;
  /** `Range: bytes=0-1` with a good token, for what is no playlist. */
  readonly range?: Outcome;
  /** Without a token once more, after the good one was let through. */
  readonly withoutTokenAgain?: Outcome;
  /**
   * A file that does not exist, in the same folder, with a good token: asked where the URL was refused, or served
   * without a token.
   */
  readonly sibling?: Outcome;
  /** The answer for that file without a token, requested if the edge served the URL without a token. */
  readonly siblingWithoutToken?: Outcome;
  /** The playlist names files with tokens. */
  readonly hasTokensInPlaylist?: boolean;
}

/** A file that a playlist names. */
export interface ChildObservations {
  /** Without query and without token. */
  readonly url: string;
  /** In words, such as `segment`. */
  readonly kind: string;
  /** The endpoint denies it, or sends no token for it. */
  readonly isDenied: boolean;
  readonly source: string;
  readonly good?: Outcome;
  readonly withoutToken?: Outcome;
}

/** The endpoint's answers. A member is missing where it was not asked. */
export interface EndpointObservations {
  /** Without its query, which may hold a key. */
  readonly url: string;
  /** The requested URL, without a token, with its query. */
  readonly asked: string;
  /** Whether the call carries cookies of the viewer (`--header 'cookie: …'`). */
  readonly sendsCookies: boolean;
  readonly preflight?: Outcome;
  readonly initial?: Outcome;
  /** Whether the token of `refused` is the one of `initial`. */
  readonly isSameAfterRefused?: boolean;
  /** A URL of another host was asked for, which is this one. */
  readonly foreign?: { readonly asked: string; readonly outcome: Outcome };
}

/** Observations of a player in a real browser, or why there was none. */
export type BrowserObservations =
  | { readonly unavailable: string }
  | {
      readonly hasPicture: boolean;
      /** The player's words for what ended it; empty while it goes on. */
      readonly failure: string;
      /** Directives of the content security policy, each with the origin that it blocked. */
      readonly blocked: Readonly<Record<string, string>>;
      /** The browser has blocked http below https. */
      readonly isMixed: boolean;
      /** Statuses of refused requests. */
      readonly refusals: readonly number[];
      /** Seconds that a picture was waited for. */
      readonly patience: number;
      readonly decodesH264: boolean;
    };

/** All that a diagnosis is made of. */
export interface Observations {
  readonly page: Page;
  /** Seconds that an answer was waited for. */
  readonly patience: number;
  readonly edge: EdgeObservations;
  readonly children: readonly ChildObservations[];
  readonly endpoint?: EndpointObservations;
  readonly browser?: BrowserObservations;
}
