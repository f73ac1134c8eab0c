import { SecureTokenError } from '../contract/secure-token-error.ts';
import type { Protect } from '../contract/token-source-options.ts';
import type { Token } from '../contract/token.ts';
/**
 * Which URLs are signed, and for which URLs tokens are taken: an endpoint must not be able to make a player send
 * headers, or move requests, to origins that neither the page nor its player has named.
 */
export interface Protection {
    /** The player was given this source. Adds nothing to `protect`. */
    readonly allow: (url: string) => void;
    /** `url` is asked for, or the page has brought a token for it: a token for its origin may be taken. */
    readonly noteOriginOf: (url: string) => void;
    /** @param key unsigned, absolute; @param hasToken whether there is one for it */
    readonly covers: (key: string, hasToken: () => boolean) => boolean;
    /** Keeps the tokens that may be taken; one error for each origin whose tokens must not be. */
    readonly take: (tokens: readonly Token[]) => {
        readonly tokens: Token[];
        readonly errors: SecureTokenError[];
    };
}
/** @param protect absent: the origins of the sources that players were given */
export declare function createProtection(protect: Protect | readonly Protect[] | undefined): Protection;
/**
 * Whether `protect` covers a URL, for whoever signs by the tokens of somebody else: a service worker, for its pages.
 */
export declare function protectedBy(protect: Protect | readonly Protect[]): (url: string) => boolean;
