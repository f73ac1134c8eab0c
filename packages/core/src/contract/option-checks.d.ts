import type { TokenSourceOptions } from './token-source-options.ts';
/** The options as an object of our own. Throws `ERR_OPTIONS` at the first that is wrong: what is, and what to write. */
export declare function normaliseOptions(options: TokenSourceOptions | string | URL | undefined): TokenSourceOptions;
/**
 * The options of an adapter without those of its own, which are nothing to a token source.
 * @throws `ERR_OPTIONS` if a name is neither one of `own` nor an option of a token source
 */
export declare function withoutOwnOptions(options: object, own: readonly string[]): object;
