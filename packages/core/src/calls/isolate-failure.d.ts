import type { SecureTokenError } from '../contract/secure-token-error.ts';
export declare const isAboutUrls: ({ status }: SecureTokenError) => boolean;
/**
 * Whether a call may have failed, or brought no token, because of URLs that do not exist yet. A 429 is about how often
 * is called.
 */
export declare const mayBeAboutPredictions: ({ code, status }: SecureTokenError) => boolean;
interface Isolation<T> {
    /** One call for some of the items; resolves to what went wrong. */
    readonly call: (part: readonly T[]) => Promise<SecureTokenError | undefined>;
    /** Called with items whose outcome is known; without an error they have their tokens. */
    readonly settle: (part: readonly T[], error?: SecureTokenError) => void;
}
/**
 * Calls for the halves of what failed together, and again for the halves of a half that fails, so that one bad URL
 * fails alone. In breadth: when the calls are used up, most of the good ones have their tokens.
 * @returns what failed in an outage, to be tried again as usual
 */
export declare function isolateFailure<T>(items: readonly T[], error: SecureTokenError, { call, settle }: Isolation<T>): Promise<readonly T[]>;
export {};
