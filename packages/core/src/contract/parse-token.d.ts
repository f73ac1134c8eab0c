import type { Check } from './first-wrong.ts';
import type { Token } from './token.ts';
/** A time in unix seconds. */
export declare const isUnixSeconds: Check;
/** Checks a token that a signing endpoint has sent, or that a team has written into its options. */
export declare const isToken: Check;
/** Reads a token, without members that a token does not have; `undefined` if `value` is none. */
export declare function parseToken(value: Token): Token | undefined;
