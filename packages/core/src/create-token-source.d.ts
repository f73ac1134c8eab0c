import type { TokenSourceOptions } from './contract/token-source-options.ts';
import type { TokenSource } from './contract/token-source.ts';
/**
 * Creates the token source of one or many players.
 * @param options a string or URL is `{ endpoint }`; a token source is returned as it is
 * @throws `ERR_OPTIONS` at once, naming the option
 */
export declare function createTokenSource(options: TokenSourceOptions | TokenSource | string | URL): TokenSource;
