/** The times at which a token is renewed and no longer used, in seconds on the signing endpoint's clock. */
export interface RenewalTimes {
  /** From this time on the source renews the token, while requests go on using it. */
  readonly renewAt: number;
  /** `renewAt` without jitter, which is the latest possible `renewAt`. */
  readonly latestRenewAt: number;
  /** From this time on the token may expire on its way to the edge, so requests wait for a new token. */
  readonly unusableAt: number;
}

export interface RenewalPolicy {
  /** Seconds before expiry; `undefined` is a quarter of the lifetime, at most 60 s, or at most 15 s with `adopt`. */
  readonly renewBefore?: number | undefined;
  /** 0…1: the largest share of the lifetime by which a viewer renews earlier. */
  readonly jitter: number;
  /** The response header in which the edge renews tokens; `undefined` if it does not renew any. */
  readonly adopt?: string | undefined;
}

/** The largest default of `renewBefore`, in seconds. */
const AHEAD_SECONDS = 60;

/**
 * The largest default of `renewBefore`, and the largest jitter, in seconds, if the edge renews tokens. The edge goes
 * first. The source calls the endpoint only if the edge has sent no token, because the grant is over or because there
 * was no request.
 */
const BEHIND_EDGE_SECONDS = 15;

/**
 * The share of its lifetime, from the start, in which a token is never renewed: otherwise the source could renew a
 * token with a short lifetime without end.
 */
const RESTING_SHARE = 0.25;

/** The time that a request may need to reach the edge: seconds, or a share of the lifetime if that is less. */
const TRANSIT_SECONDS = 2;
const TRANSIT_SHARE = 0.1;

/**
 * Calculates the times of a token.
 * @param expires the expiry of the token; @param obtainedAt when its call was sent
 * @param random 0…1, drawn anew for each token, so that an audience that joined in one second spreads and stays spread
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

/** Returns the state of a token at `now`, by its times alone. */
export function stateAt({ renewAt, unusableAt }: RenewalTimes, now: number): TokenState {
  if (now >= unusableAt) return 'spent';
  return now >= renewAt ? 'due' : 'fresh';
}

/** The rhythm in which players request the URLs of a scope. */
export interface Rhythm {
  /** The time of the last request, in seconds of the session. */
  readonly lastAt: number;
  /** The usual number of seconds from one request to the next; `undefined` after a single request. */
  readonly interval: number | undefined;
}

/** Requests within this time count as one: they come from several players, or are for a playlist and its URLs. */
const SAME_MOMENT_SECONDS = 1;

/**
 * Returns the rhythm after a request at `now`. A longer interval counts at once, a shorter one only gradually, because
 * players also request segments in bursts.
 */
export function rhythmAfter(before: Rhythm | undefined, now: number): Rhythm {
  if (!before) return { lastAt: now, interval: undefined };
  const gap = now - before.lastAt;
  if (gap < SAME_MOMENT_SECONDS) return { lastAt: now, interval: before.interval };
  const { interval = gap } = before;
  return { lastAt: now, interval: Math.max(gap, interval * 0.75 + gap * 0.25) };
}

/**
 * Whether a player still plays the URLs that a folder's token opens, and will request more of them: only then does the
 * source renew the token ahead of use. An asset that the viewer of a catalogue has left is not played any more.
 * @param lifetime the lifetime of the token, in seconds
 * @param by the time at which the last request has to be less than half a lifetime ago; not before `now`
 */
export function isStillPlayed({ lastAt, interval }: Rhythm, lifetime: number, now: number, by: number = now): boolean {
  // a single request says nothing about the next one
  if (interval === undefined) return true;
  return by - lastAt < lifetime / 2 || now - lastAt < interval * 3;
}
