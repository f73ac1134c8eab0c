import type { SecureTokenError } from '../contract/secure-token-error.ts';
import type { RetryOptions } from '../contract/token-source-options.ts';
/**
 * Leaves an endpoint alone that has failed: one pause for all calls, so that a viewer never asks it twice at a time. How
 * long it lasts is said by `retry-delay.ts`, for requests that wait and for renewals that nobody waits for.
 */
export declare class Backoff {
    #private;
    /**
     * @param now in seconds, never goes back
     * @param restAhead seconds for which the first of all that is due for renewal is still used
     * @param paused for how many seconds nothing is called
     */
    constructor({ limit, backoffLimit }: Required<RetryOptions>, random: () => number, now: () => number, restAhead: () => number | undefined, paused?: (seconds: number) => void);
    get isPaused(): boolean;
    /** The last call has failed. */
    get isFailing(): boolean;
    /**
     * Whether a call that failed is to be given up: it was tried often enough. What nobody waits for is tried twice, and
     * then again when it is used, or by the timer.
     */
    get isExhausted(): boolean;
    /** Resolves when the endpoint may be called: to why it must not be, or to nothing. */
    ready(): Promise<SecureTokenError | undefined>;
    /** A request waits for what `start` begins. */
    hurryFor(start: () => Promise<void>): Promise<void>;
    /** A request waits for a token. */
    get isAwaited(): boolean;
    /** Why calls fail at once instead of waiting: `Retry-After` is beyond the limit, or the source was destroyed. */
    get blockedBy(): SecureTokenError | undefined;
    /**
     * The outcome of a call that has brought `error`, or tokens: once the source was destroyed, neither counts.
     */
    outcomeOf(error: SecureTokenError | undefined): SecureTokenError | undefined;
    succeeded(): void;
    failed(error: SecureTokenError): void;
    pauseFor(seconds: number): void;
    /** Ends the pause: the network or the viewer is back. */
    wake(): void;
    /** From now on there is nothing to wait for. */
    stop(error: SecureTokenError): void;
}
