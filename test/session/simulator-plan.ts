import { Random } from './simulator-random.ts';

const CARRIERS = ['url', 'anyQuery', 'unscoped', 'folder', 'path', 'header', 'cookie', 'preset'] as const;
export type Carrier = (typeof CARRIERS)[number];

const SESSIONS = ['on demand', 'live', 'low latency', 'hops', 'shared'] as const;
export type Session = (typeof SESSIONS)[number];

/** Faults of the endpoint, of the edge, and of both. */
const FAULTS = [
  'slow',
  'limited',
  'fails with 500',
  'fails with 503',
  'drops',
  'hangs',
  'garbage',
  'dead tokens',
  'forged tokens',
  'tells no time',
  'tells a wrong time',
  'denies the viewer',
  'denies some URLs',
  'edge refuses some',
  'edge fails',
  'offline',
] as const;

/** A fault that lasts for a time. */
export interface Fault {
  readonly kind: (typeof FAULTS)[number];
  readonly from: number;
  readonly to: number;
  /** 0…1, for whatever it needs a number for. */
  readonly degree: number;
}

const MOMENTS = ['sleep', 'clock back', 'clock forward', 'rotation', 'renew storm', 'destroy', 'wake up'] as const;

export interface Moment {
  readonly kind: (typeof MOMENTS)[number];
  readonly at: number;
  readonly degree: number;
}

/** The plan of a session, which a seed stands for. */
export interface Plan {
  readonly carrier: Carrier;
  readonly session: Session;
  readonly isHls: boolean;
  readonly usesGetTokens: boolean;
  /** Lifetime of tokens, in seconds. */
  readonly lifetime: number;
  /** Tokens that end in the same second are the same, as those of real formats. */
  readonly isPerSecond: boolean;
  readonly tells: 'now' | 'date' | 'never';
  readonly viewerOffset: number;
  /** The edge refuses without CORS headers: the player sees a failure without a status. */
  readonly isWithoutCors: boolean;
  readonly refusal: 401 | 403 | 410;
  readonly isProtectSet: boolean;
  readonly jitter: number;
  readonly renewBefore: number | undefined;
  readonly readAhead: number;
  readonly abortShare: number;
  /** Share of requests after which a player pauses for longer than its tokens live. */
  readonly pauseShare: number;
  /**
   * Whether requests wait until an outage ends once there is a picture, as in all players whose retry policy is as
   * shipped.
   */
  readonly waitsOut: boolean;
  /**
   * A live player goes on at the live edge by itself once the window has moved on. Without that, an adapter sees to it.
   */
  readonly isFollowing: boolean;
  readonly faults: readonly Fault[];
  readonly moments: readonly Moment[];
  readonly faultsEnd: number;
}

/**
 * Faults that nobody can tell from a network that fails, if the edge refuses without a status while the token looks
 * alive.
 */
const NOT_WITHOUT_CORS: readonly string[] = [
  'forged tokens',
  'edge refuses some',
  'tells a wrong time',
  'rotation',
] satisfies (Fault | Moment)['kind'][];

export function planOf(seed: number): Plan {
  const random = new Random(seed);
  const isWithoutCors = random.chance(0.2);
  const isCalm = random.chance(0.25);
  const faultsEnd = isCalm ? 60 : random.between(50, 150);
  // slept through, a clock that is set back cannot be told from one that is right
  const never = random.chance(0.5) ? 'sleep' : 'clock back';
  const carrier = random.pick(CARRIERS);
  const isPossible = (kind: string): boolean => kind !== never && !(isWithoutCors && NOT_WITHOUT_CORS.includes(kind));
  const faults = Array.from({ length: isCalm ? 0 : random.whole(1, 6) }, (): Fault => {
    const from = random.between(3, faultsEnd - 5);
    const to = Math.min(faultsEnd, from + random.between(2, 40));
    return { kind: random.pick(FAULTS.filter(isPossible)), from, to, degree: random.next() };
  });
  const quiet: readonly string[] = ['sleep', 'clock back', 'clock forward', 'wake up'];
  const moments = Array.from({ length: random.whole(0, isCalm ? 2 : 4) }, (): Moment => {
    const kinds = MOMENTS.filter((kind) => isPossible(kind) && (!isCalm || quiet.includes(kind)));
    return { kind: random.pick(kinds), at: random.between(3, faultsEnd), degree: random.next() };
  });
  const tells = random.pick(['now', 'now', 'now', 'date', 'never'] as const);
  const ahead = random.pick([0, 0, 0, 30, 3600, 86_400]);
  // without anybody who tells the time and without a status no refusal can be seen by a clock that is slow
  const isBehind = random.chance(0.5) && !(isWithoutCors && tells === 'never');
  return {
    carrier,
    session: random.pick(SESSIONS),
    isHls: random.chance(0.34),
    usesGetTokens: tells !== 'date' && random.chance(0.2),
    lifetime: random.pick([12, 20, 60, 60, 120, 300]),
    isPerSecond: random.chance(0.3),
    tells,
    viewerOffset: isBehind ? -ahead : ahead,
    isWithoutCors,
    refusal: random.pick([401, 403, 403, 410]),
    isProtectSet: random.chance(0.5),
    jitter: random.pick([0, 0.3, 0.3, 1]),
    renewBefore: random.chance(0.2) ? random.between(1, 30) : undefined,
    readAhead: random.pick([0, 3, 6, 6, 20, 100]),
    abortShare: random.pick([0, 0, 0.05, 0.2]),
    pauseShare: random.pick([0, 0, 0.01]),
    waitsOut: new Random(seed ^ 0x5eed).chance(0.5),
    isFollowing: new Random(seed ^ 0x11fe).chance(0.5),
    faults,
    moments,
    faultsEnd: faultsEnd + 1,
  };
}
