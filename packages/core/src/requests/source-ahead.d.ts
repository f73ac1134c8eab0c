import type { Acquisition } from '../calls/acquisition.ts';
import type { DebugLog } from '../debug-log.ts';
import type { SourceAhead } from '../contract/playlist.ts';
import type { ServerClock } from '../tokens/server-clock.ts';
import type { HeldToken } from '../tokens/token-index.ts';
interface Parts {
    readonly size: number;
    readonly jitter: number;
    readonly random: () => number;
    readonly clock: ServerClock;
    readonly acquisition: Acquisition;
    readonly identify: (href: string) => string;
    readonly find: (key: string) => HeldToken | undefined;
    readonly isReady: (key: string) => boolean;
    readonly debug: DebugLog | undefined;
}
/** Makes the part of a token source that its read-ahead may know and ask. */
export declare function createSourceAhead(parts: Parts): SourceAhead;
export {};
