import type { Rhythm } from './renewal.ts';
import type { HeldToken } from './token-index.ts';
/** The last request for which a token was attached. */
export interface LastUse {
    /** Unsigned. */
    readonly url: string;
    /** Seconds. */
    readonly at: number;
}
/** Which tokens players use, and how often. */
export declare class Usage {
    #private;
    note(held: HeldToken, url: string, now: number): void;
    /** Whether a request has been given this very token, ever: one before it for the same folder does not count. */
    wasAttached(held: HeldToken): boolean;
    /** The last use of `held`; of a folder, also of an earlier token, for a player that waits uses none. */
    lastUseOf(held: HeldToken): LastUse | undefined;
    /** The rhythm in which the URLs of a folder are requested; `undefined` before the first request. */
    rhythmOf(held: HeldToken): Rhythm | undefined;
    /** Nobody requests URLs of folders one after the other any more. */
    forgetRhythms(): void;
}
