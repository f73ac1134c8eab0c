import type { RenewalTimes } from './renewal.ts';
import type { Scope } from './scope.ts';
import type { Token } from '../contract/token.ts';
/** A token at hand. */
export interface HeldToken extends RenewalTimes {
    readonly token: Token;
    readonly scope: Scope;
    /** When its call was sent, in seconds on the endpoint's clock. */
    readonly obtainedAt: number;
    /** The number of its call; 0 if the page has brought it. */
    readonly call: number;
}
/** In seconds. */
export declare const lifetimeOf: ({ token, obtainedAt }: HeldToken) => number;
/** The tokens at hand, by what they open. */
export declare class TokenIndex {
    #private;
    constructor(isUsable: (held: HeldToken) => boolean);
    add(held: HeldToken): void;
    /** Tokens of folders stay: they tell which URLs share a token. */
    forgetExpiredUrls(now: number): void;
    /** The token for `key`: of the exact URL, or else of the longest prefix; an unusable one only without another. */
    find(key: string): HeldToken | undefined;
    /** The tokens of folders, unusable ones too. */
    folders(): Iterable<HeldToken>;
    /** The tokens of URLs and paths, the latest last. */
    urls(): HeldToken[];
}
