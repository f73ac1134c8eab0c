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
    readonly renewBefore: number | undefined;
    /** 0…1: the share of the lifetime by which a viewer renews earlier at most. */
    readonly jitter: number;
}
/**
 * @param expires of the token; @param obtainedAt when its call was sent
 * @param random 0…1, drawn anew for each token: an audience that joined in one second spreads, and stays spread
 */
export declare function renewalTimes(expires: number, obtainedAt: number, { renewBefore, jitter }: RenewalPolicy, random: number): RenewalTimes;
/** Whether a request that is sent now reaches the edge before the token expires; of the token alone. */
export declare const isUnexpired: ({ unusableAt }: RenewalTimes, now: number) => boolean;
/** Whether it is time for a successor, if somebody needs one. */
export declare const isDue: ({ renewAt }: RenewalTimes, now: number) => boolean;
/** The rhythm in which players request the URLs of a scope. */
export interface Rhythm {
    /** When the last request was, in seconds. */
    readonly lastAt: number;
    /** Usual seconds from one request to the next; `undefined` after a single one. */
    readonly interval: number | undefined;
}
/** A new request at `now`. A longer interval counts at once, shorter ones by and by: segments come in bursts, too. */
export declare function rhythmAfter(before: Rhythm | undefined, now: number): Rhythm;
/**
 * Whether somebody still plays what a folder's token opens, and will ask for its URLs again: that is whose token is
 * renewed ahead of use. In a catalogue the asset that was left is not.
 * @param lifetime of the token, in seconds
 * @param by the time up to which a request would have to come: not before `now`
 */
export declare function isStillPlayed({ lastAt, interval }: Rhythm, lifetime: number, now: number, by?: number): boolean;
