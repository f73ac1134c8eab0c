import type { Acquisition } from './acquisition.ts';
import type { Backoff } from './backoff.ts';
import type { Players } from './players.ts';
import type { ServerClock } from '../tokens/server-clock.ts';
import type { HeldToken, TokenIndex } from '../tokens/token-index.ts';
import type { Usage } from '../tokens/usage.ts';
interface Parts {
    readonly index: TokenIndex;
    readonly usage: Usage;
    readonly clock: ServerClock;
    readonly acquisition: Acquisition;
    readonly backoff: Backoff;
    readonly players: Players;
    readonly isUsable: (held: HeldToken) => boolean;
}
/** Renews the tokens of folders ahead of use. Those that nobody uses are left to expire. */
export declare class RenewalTimer {
    #private;
    constructor(parts: Parts);
    /** The token of a folder was attached. */
    start(): void;
    /** `online` ends a pause also where nothing is to be renewed, but somebody waits. */
    followCalls(): void;
    /** The last player has left: what it has played is no longer played. */
    rest(): void;
    stop(): void;
    /** Seconds for which the tokens that are due and in use are still used, each. */
    restsOfDue(): number[];
}
export {};
