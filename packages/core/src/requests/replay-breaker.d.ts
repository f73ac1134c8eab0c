import type { SignedRequest } from '../contract/token-source.ts';
/**
 * Ends replays for ten seconds when more than three in a row were refused again: in the order in which they were sent,
 * for an edge that refuses some of what is under way at a time refuses others in between, or accepts them.
 */
export declare class ReplayBreaker {
    #private;
    /** @param now in seconds, never goes back; @param opened for how long there are no replays from now on */
    constructor(now: () => number, opened?: (seconds: number) => void);
    isOpen(): boolean;
    /** Takes note of a replay that goes out, and returns it. */
    sends(replay: SignedRequest): SignedRequest;
    /** `request` was refused; returns whether it was a replay. */
    refused(request: SignedRequest): boolean;
}
