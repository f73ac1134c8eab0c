import type { Settings } from '../contract/default-options.ts';
import type { TokenRequest } from '../contract/token-source-options.ts';
import type { Token } from '../contract/token.ts';
/** The answer to a call for tokens. */
export interface Answer {
    readonly tokens: readonly Token[];
    /** The URLs this viewer may not have. */
    readonly denied: readonly string[];
    /** The endpoint's clock in unix seconds; NaN if it did not tell. */
    readonly now: number;
}
type Wanted = Omit<TokenRequest, 'signal'>;
/** Why a call that was aborted is to be made again. */
export declare const ANEW: Error;
/** Calls for tokens, through `getTokens` or the endpoint. */
export declare class SigningEndpoint {
    #private;
    constructor(options: Settings);
    /** Calls under way are to be made again: their answer would be for somebody who had not logged in yet. */
    startAnew(): void;
    abortAll(): void;
    /** Rejects with whatever went wrong: a `Response`, an error, what `getTokens` threw, or `ANEW`. */
    call(wanted: Wanted): Promise<Answer>;
}
export {};
