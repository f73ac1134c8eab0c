/**
 * A store for sessions. Each method is one atomic step, however many instances call it at the same time: if two
 * sessions begin in the same millisecond, only one of them gets the last place.
 */
export interface SessionStore {
  /**
   * Counts a call of a session: the session keeps its place, gets one, or is refused.
   *
   * @returns `full` if all places are taken, `ended` if the session was ended, `crowded` if the viewer has begun more
   *   sessions than a store knows of one viewer
   */
  admit(call: StoredCall): Promise<'admitted' | 'full' | 'ended' | 'crowded'>;
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
  /** The number of sessions of a viewer that may hold a place. `undefined` allows as many as are kept. */
  readonly limit: number | undefined;
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

/** The number of sessions of one viewer that are kept, unless `limit` is larger. */
const maxSessionsOfViewer = 100;

/**
 * Returns the number of sessions of one viewer that are kept until both their tokens and their place have ended,
 * including sessions that have left. If one more begins, the store ends one of them: its tokens may live, and no call
 * could end a session that is unknown.
 */
export const keptOfViewer = (limit = 0): number => Math.max(limit, maxSessionsOfViewer);

/**
 * Returns the number of sessions of one viewer that are known, including ended ones. It keeps a viewer from filling a
 * store, or the list that every edge reads. Beyond it, no session begins before another one is over.
 */
export const knownOfViewer = (limit = 0): number => 2 * keptOfViewer(limit);

/** The number of ended sessions that are remembered at a time: each edge reads all of them when one more is ended. */
export const maxEnded = 100_000;
/**
 * The number of ended sessions that may come from viewers with too many; the rest is for sessions that the app ends.
 */
export const maxEndedOfCrowds: number = maxEnded / 2;
