import type { Acquisition } from '../calls/acquisition.ts';
import type { Backoff } from '../calls/backoff.ts';
import type { Rotation } from '../tokens/rotation.ts';
import type { ServerClock } from '../tokens/server-clock.ts';
import type { HeldToken } from '../tokens/token-index.ts';
import type { SignOptions, SignedRequest } from '../contract/token-source.ts';
import type { Token } from '../contract/token.ts';
interface Parts {
    readonly refusals: readonly number[];
    readonly clock: ServerClock;
    readonly acquisition: Acquisition;
    readonly backoff: Backoff;
    readonly rotation: Rotation;
    readonly find: (url: string) => {
        key: string;
        held: HeldToken | undefined;
    };
    readonly isUsable: (held: HeldToken) => boolean;
    readonly attach: (url: string) => SignedRequest;
    /** Nothing is replayed for so many seconds. */
    readonly paused: (seconds: number) => void;
}
/** Decides about requests that the edge has refused: replayed with another token, or left to the player. */
export declare class Replays {
    #private;
    constructor(parts: Parts);
    /** A refusal without CORS headers looks like a failure without a status: it is one if the token was at its end. */
    isRefusal({ token }: SignedRequest, status: number): boolean;
    /**
     * The app hears of this refusal: once, for adapters ask again about a request that they hold in an outage.
     * @returns whether it had not heard of it
     */
    noteTold(request: SignedRequest): boolean;
    /**
     * A failure without a status, while nobody has confirmed the clock by which the token lives. One may be the network;
     * after another one the token is renewed, and the answer tells the time.
     */
    noteFailure(request: SignedRequest, status: number): void;
    /**
     * The request signed by a token that is not the refused one; `undefined` if there is none, or if the edge refuses
     * whatever it is given.
     * @throws what went wrong with the call for a token
     */
    signAnew(request: SignedRequest, token: Token, status: number, { signal }: SignOptions): Promise<SignedRequest | undefined>;
}
export {};
