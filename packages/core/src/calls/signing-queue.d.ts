import type { Backoff } from './backoff.ts';
import { SecureTokenError } from '../contract/secure-token-error.ts';
import type { TokenReason } from '../contract/token-source-options.ts';
/** One call; resolves to what went wrong. */
type Call = (wanted: WantedUrls) => Promise<SecureTokenError | undefined>;
export interface WantedUrls {
    readonly urls: readonly string[];
    /** The URLs among `urls` that may not exist yet. */
    readonly predicted: ReadonlySet<string>;
    readonly reason: TokenReason;
}
/** The calls to the signing endpoint: batched, and tried again after a pause. */
export declare class SigningQueue {
    #private;
    /** @param isAbandoned whether nobody needs a token: what was asked for before a pause is then not called for */
    constructor(backoff: Backoff, call: Call, isAbandoned: () => boolean);
    /**
     * Asks for `url` along with whatever else is wanted in this task, or until a pause ends. Resolves to what went wrong.
     * @param isPredicted it may never exist: it is left out where there is no room, and after the first failure
     */
    ask(url: string, reason: TokenReason, isPredicted?: boolean): Promise<SecureTokenError | undefined>;
}
export {};
