import type { Acquisition } from '../calls/acquisition.ts';
import type { DebugLog } from '../debug-log.ts';
import type { ReadAhead } from '../contract/playlist.ts';
import type { Protection } from '../tokens/protection.ts';
import type { RenewalTimer } from '../calls/renewal-timer.ts';
import type { ServerClock } from '../tokens/server-clock.ts';
import type { HeldToken, TokenIndex } from '../tokens/token-index.ts';
import type { SignOptions, SignedRequest } from '../contract/token-source.ts';
import type { TokenUrls } from '../tokens/token-urls.ts';
import type { Usage } from '../tokens/usage.ts';
interface Parts {
    readonly tokenUrls: TokenUrls;
    readonly protection: Protection;
    readonly index: TokenIndex;
    readonly usage: Usage;
    readonly clock: ServerClock;
    readonly acquisition: Acquisition;
    readonly timer: Pick<RenewalTimer, 'start'>;
    /** `undefined` before a playlist was learnt. */
    readonly readAhead: () => ReadAhead | undefined;
    readonly isAlive: (held: HeldToken) => boolean;
    readonly isUsable: (held: HeldToken) => boolean;
    /** The token source whose requests they are. */
    readonly source: EventTarget;
    readonly debug: DebugLog | undefined;
}
/** Gives requests their tokens: at once if one is at hand, or else when there is one. */
export declare class RequestSigner {
    #private;
    constructor(parts: Parts);
    isProtected(key: string): boolean;
    /** Whether a request for `key` would not have to wait. */
    isReady(key: string): boolean;
    /** The request as it is if it needs no token, or with one that is at hand. */
    signNow(url: string): SignedRequest | undefined;
    sign(url: string, { signal }?: SignOptions): Promise<SignedRequest>;
    /** With the token that is held for it, whatever becomes of that. */
    attachTo(url: string): SignedRequest;
}
export {};
