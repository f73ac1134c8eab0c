/**
 * - `ERR_OPTIONS`: an option is wrong; thrown at once, names the option.
 * - `ERR_SIGNING_UNAVAILABLE`: the signing endpoint did not answer (network, time-out, 429, 5xx) and no token is left.
 * - `ERR_SIGNING_RESPONSE`: the signing endpoint answered something that is not a token.
 * - `ERR_DENIED`: the signing endpoint refuses this viewer or this URL; final until `renew()`.
 * - `ERR_TOKEN_REFUSED`: the edge refused a request again after its token was renewed.
 * - `ERR_DESTROYED`: the token source was destroyed.
 */
export type SecureTokenErrorCode = 'ERR_OPTIONS' | 'ERR_SIGNING_UNAVAILABLE' | 'ERR_SIGNING_RESPONSE' | 'ERR_DENIED' | 'ERR_TOKEN_REFUSED' | 'ERR_DESTROYED';
export declare const isSecureTokenErrorCode: (text: string) => text is SecureTokenErrorCode;
export interface SecureTokenErrorDetails {
    /** The unsigned URL concerned. */
    readonly url?: string | undefined;
    /** The HTTP status that led here. */
    readonly status?: number | undefined;
    /** Seconds after which the signing endpoint wants to be asked again. */
    readonly retryAfter?: number | undefined;
    readonly cause?: unknown;
}
/** The one error class of every package. Its message and `url` never hold a token or a secret. */
export declare class SecureTokenError extends Error {
    readonly code: SecureTokenErrorCode;
    readonly url?: string;
    readonly status?: number;
    readonly retryAfter?: number;
    constructor(code: SecureTokenErrorCode, message: string, details?: SecureTokenErrorDetails);
}
/** The error of a request whose replay the edge refused, too; `url` is unsigned. */
export declare const tokenRefused: (url: string, status: number) => SecureTokenError;
/** The error of a request whose token source was destroyed. */
export declare const sourceDestroyed: () => SecureTokenError;
/** Whether `error` is a `SecureTokenError`, also one from another realm (an iframe) or another copy of this package. */
export declare const isSecureTokenError: (error: unknown) => error is SecureTokenError;
