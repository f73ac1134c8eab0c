/**
 * A store for sessions. Each method is one atomic step, however many instances call it at the same time: if two
 * sessions begin in the same millisecond, only one of them gets the last place.
 */
export interface SessionStore {
  /**
   * Counts a call of a session: the session keeps its place, gets one, or is refused.
   *
   * @returns `full` if all places are taken, or if the viewer has begun `most` sessions that are not over; `ended` if
   *   the session was ended
   */
  admit(call: StoredCall): Promise<'admitted' | 'full' | 'ended'>;
  /** Returns the sessions of a viewer that hold a place. */
  list(viewer: string, nowMs: number): Promise<readonly StoredSession[]>;
  /** Frees the place of a session. The session may come back. */
  leave(viewer: string, id: string, nowMs: number): Promise<void>;
  /** Ends one session, or all sessions of a viewer. */
  end(which: { readonly id: string } | { readonly viewer: string }, nowMs: number): Promise<void>;
  /**
   * Returns the sessions that were ended, as long as their tokens may live.
   *
   * @param known the version of the list that the caller has
   * @returns `undefined` if that list is still the current one
   */
  ended(known: string | undefined, nowMs: number): Promise<EndedSessions | undefined>;
}

/** All times are unix milliseconds. */
export interface StoredCall {
  /** A digest of the viewer's name. */
  readonly viewer: string;
  readonly id: string;
  /** The number of sessions of a viewer that may hold a place. */
  readonly limit: number;
  /** The number of sessions of a viewer that are stored until they are over, those that have left included. */
  readonly most: number;
  readonly nowMs: number;
  /** When the session loses its place, unless it calls again. */
  readonly idleAtMs: number;
  /** When both its tokens and its place have ended. */
  readonly overAtMs: number;
}

export interface StoredSession {
  readonly id: string;
  readonly startedMs: number;
  readonly seenMs: number;
}

export interface EndedSessions {
  /** A text that differs from the version of every other list. */
  readonly version: string;
  readonly sessions: readonly { readonly id: string; readonly untilMs: number }[];
}
