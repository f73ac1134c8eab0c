/** A row of failed calls to the signing endpoint, or of other failed requests. */
export interface Failing {
    /** In a row, the last one included. */
    readonly failures: number;
    /** Seconds from the first of them to the last. @default 0 */
    readonly lasted?: number;
    /** Seconds for which the endpoint has asked to be left alone (`Retry-After`, RFC 9110 section 10.2.3). */
    readonly retryAfter?: number | undefined;
}
/**
 * Seconds after which a request that waits is tried again. The first four tries come quickly, with full jitter: after up
 * to 1, 2, 4 and 8 seconds. All others, and all in an outage that has lasted for ten seconds, come after 5 to 10
 * seconds, drawn anew each time: a viewer has tokens at most ten seconds after the endpoint is back, and of an audience
 * that waits about a seventh calls in the same second (full jitter from 0 to 10 seconds: a fifth).
 *
 * `Retry-After` wins. It may name one moment to a whole audience: each viewer waits up to twice as long, at most ten
 * seconds longer.
 * @param random 0…1
 * @param limit the longest delay in seconds, but for `Retry-After`; ten if it is left out
 */
export declare function retryDelay({ failures, lasted, retryAfter }: Failing, random: number, limit?: number): number;
/**
 * Seconds after which a failed renewal that nobody waits for is tried again: before what is to be renewed ends, but not
 * before a request that waits would be.
 * @param delay of a request that waits
 * @param rest seconds for which what is to be renewed is still used
 * @param random 0…1
 * @param limit the longest of these delays in seconds (`retry.backoffLimit`)
 */
export declare const retryDelayAhead: (delay: number, rest: number, random: number, limit: number) => number;
