/**
 * Where sessions are kept. Each method is one atomic step, however many instances ask at one time: of two sessions that
 * begin in the same millisecond, only one gets the last place.
 */
export interface SessionStore {
  /**
   * Counts a call of a session: it holds its place, gets one, or there is none.
   *
   * @returns `full` where all places are taken, `crowded` where the viewer has begun more sessions than are known of
   * one
   */
  admit(call: StoredCall): Promise<'admitted' | 'full' | 'ended' | 'crowded'>;
  /** The sessions of a viewer that hold a place. */
  list(viewer: string, nowMs: number): Promise<readonly StoredSession[]>;
  /** Frees the place of a session, which may come back. */
  leave(viewer: string, id: string, nowMs: number): Promise<void>;
  /** Ends one session, or all of a viewer. */
  end(which: { readonly id: string } | { readonly viewer: string }, nowMs: number): Promise<void>;
  /**
   * The sessions that were ended, as long as their tokens may live.
   *
   * @param known the version of the list that the caller has
   * @returns `undefined` where the list is that one
   */
  ended(known: string | undefined, nowMs: number): Promise<EndedSessions | undefined>;
}

/** All times are unix milliseconds. */
export interface StoredCall {
  /** A digest of who is watching. */
  readonly viewer: string;
  readonly id: string;
  /** The number of sessions of a viewer that may hold a place; `undefined`: as many as are kept. */
  readonly limit: number | undefined;
  readonly nowMs: number;
  /** When the place is free, unless the session calls again. */
  readonly idleAtMs: number;
  /** When neither its tokens nor its place last any longer. */
  readonly overAtMs: number;
}

export interface StoredSession {
  readonly id: string;
  readonly startedMs: number;
  readonly seenMs: number;
}

export interface EndedSessions {
  /** Differs from that of any other list. */
  readonly version: string;
  readonly sessions: readonly { readonly id: string; readonly untilMs: number }[];
}

/** Sessions of one viewer that are kept, if `limit` allows no more. */
const maxSessionsOfViewer = 100;

/**
 * Sessions of one viewer that are kept until nothing of them lasts, those that have left among them. When another one
 * begins, one is ended, since its tokens may live, and nobody could end them once it is unknown.
 */
export const keptOfViewer = (limit = 0): number => Math.max(limit, maxSessionsOfViewer);

/**
 * Sessions of one viewer that are known, with those that were ended: no viewer fills a store, or the list that every
 * edge reads. Beyond that, none begins before one is over.
 */
export const knownOfViewer = (limit = 0): number => 2 * keptOfViewer(limit);

/** Ended sessions that are remembered at a time: each edge reads all of them when another one is ended. */
export const maxEnded = 100_000;
/** Ended sessions that roll-over of crowded viewers may fill; the rest is for sessions that the app ends. */
export const maxEndedOfCrowds: number = maxEnded / 2;
