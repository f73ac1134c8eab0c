import type { HeldToken } from './token-index.ts';
import type { SignedRequest } from '../contract/token-source.ts';
/**
 * Finds out that the secret was rotated at the edge: a token was refused before its end, and its successor is not. Then
 * the tokens of earlier calls are outdated, and are renewed before they are used.
 */
export declare class Rotation {
    #private;
    get lastCall(): number;
    /** @returns the number of a call that is sent now */
    nextCall(): number;
    isOutdated({ call }: HeldToken): boolean;
    /**
     * `replay` goes out with a token of `call` for a request that was refused when `lastCall` was the last one.
     * Adapters report refusals only, never success: it counts as accepted at once, and `noteRefused` takes that back.
     */
    noteReplay(replay: SignedRequest, call: number, lastCall: number): void;
    /** If it was a replay, then the edge has refused it for another reason than the age of its token. */
    noteRefused(request: SignedRequest): void;
}
