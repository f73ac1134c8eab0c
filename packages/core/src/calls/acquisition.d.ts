import type { Backoff } from './backoff.ts';
import type { Denials } from './denials.ts';
import { SecureTokenError } from '../contract/secure-token-error.ts';
import type { SigningQueue } from './signing-queue.ts';
import type { HeldToken, TokenIndex } from '../tokens/token-index.ts';
import type { TokenReason } from '../contract/token-source-options.ts';
interface Parts {
    readonly index: TokenIndex;
    readonly denials: Denials;
    readonly queue: SigningQueue;
    readonly backoff: Backoff;
    /** The key of a URL: it changes once an answer tells which parameters an old token has put there. */
    readonly identify: (href: string) => string;
    /** Other keys whose tokens are asked for in the same call as that of `key`. */
    readonly alongWith: (key: string) => readonly string[];
    /** Whether `key` is a predicted name: it stands in no playlist yet. */
    readonly isPredicted: (key: string) => boolean;
    /** `key` is about to be asked for. */
    readonly willAsk: (key: string) => void;
    /** Calls begin or end. */
    readonly changed: () => void;
}
/** Gets tokens: one call per scope at a time, which others join. */
export declare class Acquisition {
    #private;
    constructor(parts: Parts);
    get isBusy(): boolean;
    isSuspended(held: HeldToken): boolean;
    /** The scopes under which a call or a denial for `key` may be filed, that of the URL itself first. */
    idsOf(key: string): string[];
    /** The id that is shared by all that one token opens. */
    scopeIdOf(key: string): string;
    denialOf(key: string): SecureTokenError | undefined;
    /**
     * Resolves when there is a new token for `key`, for a request that waits until `signal` aborts.
     * @throws what went wrong; the reason of `signal`
     */
    obtain(key: string, reason: TokenReason, signal?: AbortSignal): Promise<void>;
    /** For nobody who waits: not while the endpoint is left alone. */
    obtainInBackground(key: string, reason: TokenReason): void;
    /** Asks for the token of a listed name ahead of use; resolves to whether the endpoint answered without one. */
    obtainAhead(key: string): Promise<boolean>;
    isUnderWay(key: string): boolean;
    /**
     * Asks for a URL that may never exist, along with what is asked for anyway. Whatever goes wrong is no failure.
     * Resolves to whether the endpoint has answered, but without a token for it.
     */
    predict(key: string): Promise<boolean>;
}
export {};
