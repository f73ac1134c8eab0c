/** The sessions of all viewers: what `createSessions` makes. */
export interface Sessions {
  /** The sessions of a viewer that hold a place, in no order. @param viewer as `viewer` of the options returns it */
  list(viewer: string): Promise<readonly ViewerSession[]>;
  /**
   * Ends a session, by its id, or all sessions of a viewer. Their calls are denied, and edges that know these sessions
   * refuse their tokens, until the last of these tokens has expired and the place would be free anyway: from then on
   * nothing but your `authorize` keeps anybody out. A session that is over is no error.
   *
   * @param which an id of `list`, or a viewer as `viewer` of the options returns it
   */
  end(which: string | { readonly viewer: string }): Promise<void>;
  /**
   * Frees the place of a session at once, for a page that is closed. It may come back, and its tokens go on.
   *
   * @param request tells the viewer
   * @param session as the page sent it in its calls; without it, that of the calls that named none
   */
  leave(request: Request, session?: string): Promise<void>;
  /**
   * Tells under which id `list` shows the session of a page, for a list that marks "this device".
   *
   * @param request tells the viewer
   * @param session as the page sends it in its calls (`source.session`)
   */
  idOf(request: Request, session?: string): Promise<string>;
  /** Counts a call of the signing endpoint. @throws what the store or `viewer` failed with */
  admit(request: Request, call: SessionCall): Promise<Admission>;
  /**
   * The sessions that were ended, for edges; `undefined` where the list has not changed.
   *
   * @param known the version of the list that the edge has
   */
  ended(known?: string): Promise<EndedList | undefined>;
}

export interface ViewerSession {
  /** Its tokens carry it where their format has a place for it. It is not what the page sent. */
  readonly id: string;
  /** Unix seconds of the first call. */
  readonly startedAt: number;
  /** Unix seconds of the latest call. */
  readonly seenAt: number;
}

export interface SessionCall {
  /** As the page sent it; `undefined` for all pages of the viewer that send none. */
  readonly session: string | undefined;
  /** Lifetime of the tokens that the call asks for, in seconds. */
  readonly ttl: number;
}

/** `crowded`: the viewer has begun more sessions than are known of one, and none begins before one of them is over. */
export type Admission =
  | { readonly state: 'admitted'; readonly id: string }
  | { readonly state: 'full'; readonly limit: number }
  | { readonly state: 'ended' }
  | { readonly state: 'crowded' };

export interface EndedList {
  readonly version: string;
  readonly sessions: readonly { readonly id: string; readonly untilMs: number }[];
}
