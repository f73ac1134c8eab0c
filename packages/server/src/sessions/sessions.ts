import type { EndedSessions } from './session-store.ts';

/** The sessions of all viewers, as `createSessions` returns them. */
export interface Sessions {
  /**
   * Returns the sessions of a viewer that hold a place, in no particular order.
   *
   * @param viewer as `viewer` of the options returns it
   */
  list(viewer: string): Promise<readonly ViewerSession[]>;
  /**
   * Ends a session by its id, or all sessions of a viewer. The endpoint denies their calls, and edges that have these
   * `sessions` refuse their tokens, until the last of these tokens has expired and the place would be free anyway.
   * After that, only your `authorize` keeps the viewer out. Ending a session that is over is not an error.
   *
   * @param which an id of `list`, or a viewer as `viewer` of the options returns it
   */
  end(which: string | { readonly viewer: string }): Promise<void>;
  /**
   * Frees the place of a session at once, for a page that is closed. The session may come back, and its tokens stay
   * valid.
   *
   * @param request the request from which `viewer` of the options reads the viewer
   * @param session as the page sent it in its calls; without it, the session of the calls that named none
   */
  leave(request: Request, session?: string): Promise<void>;
  /**
   * Returns the id under which `list` shows the session of a page, for a list that marks "this device".
   *
   * @param request the request from which `viewer` of the options reads the viewer
   * @param session as the page sends it in its calls (`source.session`)
   */
  idOf(request: Request, session?: string): Promise<string>;
  /** Counts a call of the signing endpoint. @throws the error of the store or of `viewer` */
  admit(request: Request, call: SessionCall): Promise<Admission>;
  /**
   * Returns the sessions that were ended, for edges, or `undefined` if the list has not changed.
   *
   * @param known the version of the list that the edge has
   */
  ended(known?: string): Promise<EndedList | undefined>;
}

export interface ViewerSession {
  /** The id that the tokens carry if their format has a place for it. It is not the text that the page sent. */
  readonly id: string;
  /** Unix seconds of the first call. */
  readonly startedAt: number;
  /** Unix seconds of the latest call. */
  readonly seenAt: number;
}

export interface SessionCall {
  /** The text that the page sent; `undefined` for all pages of the viewer that send none. */
  readonly session: string | undefined;
  /** Lifetime in seconds of the tokens that the call requests. */
  readonly ttl: number;
}

export type Admission =
  | { readonly state: 'admitted'; readonly id: string }
  | { readonly state: 'full'; readonly limit: number }
  | { readonly state: 'ended' };

export type EndedList = EndedSessions;
