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

export type Outcome = Answer | Failure;

export const isAnswer = (outcome: Outcome | undefined): outcome is Answer =>
  outcome !== undefined && 'status' in outcome;

/** The page that plays. */
export interface Page {
  readonly origin: string;
  /**
   * Whether the caller has named no page. The origin is then a guess, and a server with a list of origins may not know
   * it.
   */
  readonly isAssumed: boolean;
}

/** The ways in which the token travels, which CORS has to allow. */
export interface Travel {
  /** Names of request headers that carry it. */
  readonly headers: readonly string[];
  readonly cookies: boolean;
}

/** The edge's answers for one URL. A member is missing if its request was not sent, or could not be sent. */
export interface EdgeObservations {
  readonly url: string;
  readonly travel: Travel;
  /** The source of the good token in words, such as `signed with the secret`. */
  readonly source: string;
  readonly withoutToken?: Outcome;
  readonly preflight?: Outcome;
  readonly tampered?: Outcome;
  readonly expired?: Outcome;
  /** The answer to a token that expired a month ago, requested if the edge accepted the other expired token. */
  readonly longExpired?: Outcome;
  readonly good?: Outcome;
  /**
   * Whether the token of the endpoint is genuine by the given secret; missing if there is no secret, or if that cannot
   * be judged.
   */
  readonly isGenuine?: boolean;
  /**
   * The answer to a token signed with the given secret, requested if the edge refused a token of the endpoint that this
   * secret has not signed.
   */
  readonly own?: Outcome;
  /** The answer to a token that lives for twelve hours, requested if the edge refused the valid token. */
  readonly lasting?: Outcome;
  readonly head?: Outcome;
  /** The answer to `Range: bytes=0-1` with a good token, requested if the URL is not a playlist. */
  readonly range?: Outcome;
  /** The answer to a second request without a token, sent after the edge accepted the good token. */
  readonly withoutTokenAgain?: Outcome;
  /**
   * The answer for a file that does not exist, in the same folder, with a good token: requested if the edge refused the
   * URL, or served it without a token.
   */
  readonly sibling?: Outcome;
  /** The answer for that file without a token, requested if the edge served the URL without a token. */
  readonly siblingWithoutToken?: Outcome;
  /** Whether the playlist names files with tokens. */
  readonly hasTokensInPlaylist?: boolean;
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

/** The endpoint's answers. A member is missing if its call was not made. */
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
  readonly isSameAfterRefused?: boolean;
  /** The call for a URL of another host, and that URL as `asked`. */
  readonly foreign?: { readonly asked: string; readonly outcome: Outcome };
}

/** Observations of a player in a real browser, or the reason why there was no browser. */
export type BrowserObservations =
  | { readonly unavailable: string }
  | {
      readonly hasPicture: boolean;
      /** The player's description of the failure that ended it; empty while it goes on. */
      readonly failure: string;
      /** Directives of the content security policy, each with the origin that it blocked. */
      readonly blocked: Readonly<Record<string, string>>;
      /** Whether the browser has blocked http below https. */
      readonly isMixed: boolean;
      /** Statuses of refused requests. */
      readonly refusals: readonly number[];
      /** Seconds that the doctor waited for a picture. */
      readonly patience: number;
      readonly decodesH264: boolean;
    };

/** All observations from which a diagnosis is made. */
export interface Observations {
  readonly page: Page;
  /** Seconds that the doctor waits for an answer. */
  readonly patience: number;
  readonly edge: EdgeObservations;
  readonly children: readonly ChildObservations[];
  readonly endpoint?: EndpointObservations;
  readonly browser?: BrowserObservations;
}
