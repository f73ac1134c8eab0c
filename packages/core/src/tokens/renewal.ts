/** When tokens are renewed, and until when they are used. Times are seconds on the signing endpoint's clock. */
export interface RenewalTimes {
  /** From here on it is renewed while requests go on using it. */
  readonly renewAt: number;
  /** `renewAt` without jitter: no renewal begins later. */
  readonly latestRenewAt: number;
  /** From here on it may expire on its way to the edge: requests wait for a new one. */
  readonly unusableAt: number;
}

export interface RenewalPolicy {
  /** Seconds before expiry; `undefined` is a quarter of the lifetime, at most a minute. */
  readonly renewBefore?: number | undefined;
  /** 0…1: the share of the lifetime by which a viewer renews earlier at most. */
  readonly jitter: number;
  /** The response header in which an edge renews tokens; `undefined` if it does not. */
  readonly adopt?: string | undefined;
}

/** Seconds before expiry in which a token is renewed by default at the latest. */
const AHEAD_SECONDS = 60;

/**
 * With an edge that renews, seconds before expiry, and seconds by which jitter may be earlier: the edge goes first, and
 * the endpoint is called where it has sent nothing, because the grant is over or nothing was requested.
 */
const BEHIND_EDGE_SECONDS = 15;

/**
 * A part of its lifetime in which a token is never renewed, however early: a short one would be renewed without end.
 */
const RESTING_SHARE = 0.25;

/** Seconds that a request may be under way to the edge, and the share of a short lifetime. */
const TRANSIT_SECONDS = 2;
const TRANSIT_SHARE = 0.1;

/**
 * @param expires of the token; @param obtainedAt when its call was sent
 * @param random 0…1, drawn anew for each token: an audience that joined in one second spreads, and stays spread
 */
export function renewalTimes(
  expires: number,
  obtainedAt: number,
  { renewBefore, jitter, adopt }: RenewalPolicy,
  random: number,
): RenewalTimes {
  // a token that looks expired when it arrives has no lifetime: its margins must not become negative
  const lifetime = Math.max(0, expires - obtainedAt);
  const ahead = renewBefore ?? Math.min(adopt === undefined ? AHEAD_SECONDS : BEHIND_EDGE_SECONDS, lifetime / 4);
  const earlier = Math.min(lifetime * jitter, adopt === undefined ? Infinity : BEHIND_EDGE_SECONDS);
  const most = lifetime * (1 - RESTING_SHARE);
  return {
    renewAt: expires - Math.min(ahead + earlier * random, most),
    latestRenewAt: expires - Math.min(ahead, most),
    unusableAt: expires - Math.min(TRANSIT_SECONDS, lifetime * TRANSIT_SHARE),
  };
}

/**
 * The state of a token. Requests use a `fresh` token. Requests also use a `due` token, and the source renews it while
 * they do. No request uses a `spent` token, because it could expire before the request reaches the edge.
 */
export type TokenState = 'fresh' | 'due' | 'spent';

/** The state of a token at `now`, by its times alone. */
export function stateAt({ renewAt, unusableAt }: RenewalTimes, now: number): TokenState {
  if (now >= unusableAt) return 'spent';
  return now >= renewAt ? 'due' : 'fresh';
}

/** The rhythm in which players request the URLs of a scope. */
export interface Rhythm {
  /** When the last request was, in seconds of the session. */
  readonly lastAt: number;
  /** Usual seconds from one request to the next; `undefined` after a single one. */
  readonly interval: number | undefined;
}

/** Requests that follow each other faster belong together: several players, or a playlist and what it names. */
const SAME_MOMENT_SECONDS = 1;

/** A new request at `now`. A longer interval counts at once, shorter ones by and by: segments come in bursts, too. */
export function rhythmAfter(before: Rhythm | undefined, now: number): Rhythm {
  if (!before) return { lastAt: now, interval: undefined };
  const gap = now - before.lastAt;
  if (gap < SAME_MOMENT_SECONDS) return { lastAt: now, interval: before.interval };
  const { interval = gap } = before;
  return { lastAt: now, interval: Math.max(gap, interval * 0.75 + gap * 0.25) };
}

/**
 * Whether somebody still plays what a folder's token opens, and will ask for its URLs again: that is whose token is
 * renewed ahead of use. In a catalogue the asset that was left is not.
 * @param lifetime of the token, in seconds
 * @param by the time up to which a request would have to come: not before `now`
 */
export function isStillPlayed({ lastAt, interval }: Rhythm, lifetime: number, now: number, by: number = now): boolean {
  // a single request tells nothing of the next one
  if (interval === undefined) return true;
  return by - lastAt < lifetime / 2 || now - lastAt < interval * 3;
}
