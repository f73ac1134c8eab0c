import type { RetryOptions, TokenSourceOptions } from './token-source-options.ts';
/** The options of a token source with everything that has a default. */
export interface Settings extends TokenSourceOptions {
    readonly tokens: NonNullable<TokenSourceOptions['tokens']>;
    readonly jitter: number;
    readonly readAhead: number;
    readonly retry: Required<RetryOptions>;
    readonly timeout: number;
    readonly refusals: readonly number[];
    readonly clock: () => number;
    readonly random: () => number;
}
/**
 * The defaults of the options. Two are not here: `renewBefore` depends on the token's life (`renewal.ts`),
 * and `fetch` is looked up for each call, for a page may replace it.
 */
export declare function withDefaults(options: TokenSourceOptions): Settings;
