import type { SecureTokenError } from '../contract/secure-token-error.ts';
/** The scopes that the signing endpoint has denied: it is not asked for them again until the denial is lifted. */
export declare class Denials {
    #private;
    /** @param now in seconds, never goes back */
    constructor(now: () => number);
    /** The number of times that denials were lifted: an answer to an earlier call is for the viewer of that time. */
    get lifts(): number;
    get isEmpty(): boolean;
    deny(ids: readonly string[], error: SecureTokenError): void;
    /** The denial of the first of `ids` that is denied. */
    of(ids: readonly string[]): SecureTokenError | undefined;
    /** The viewer may have logged in. */
    lift(): void;
}
