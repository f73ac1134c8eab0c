import type { HeldToken } from '../tokens/token-index.ts';
import type { TokenSource } from '../contract/token-source.ts';
/** A request as it is sent, without the values of its headers: the token worker tells all pages of a site of it. */
export interface SentRequest {
    readonly url: string;
    /** The names of its headers, in lower case. */
    readonly headers: readonly string[];
    /** Whether cookies go with it. */
    readonly credentials: boolean;
}
/** `by` has attached `held` to a request, which goes out now. */
export declare function noteAttached(held: HeldToken, by: object, isAlive: (held: HeldToken) => boolean): void;
/** `by` is destroyed: nothing holds on to its tokens. */
export declare function forgetAttached(by: object): void;
/** A request that a script makes, as `carriesToken` takes it. */
export declare const sentRequest: ({ url, headers, credentials }: Request) => SentRequest;
/**
 * Whether a request carries a token that lives, put there by a source in this page: in its query, its path, its
 * headers, or, but for `asking`, as a cookie. It is the request of whoever has put it there: nobody else signs it, or
 * sends it again. `asking` signs what comes without a token, and knows how to renew its cookie. A token that is none of
 * the last ones, such as a stale one that a server has written into a playlist, is for `asking` to replace.
 *
 * @param headers those of the request, where it is made in this page; without them their names decide
 */
export declare const carriesToken: (request: SentRequest, asking: TokenSource | undefined, headers?: Headers) => boolean;
