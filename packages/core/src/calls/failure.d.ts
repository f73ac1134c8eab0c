import { SecureTokenError } from '../contract/secure-token-error.ts';
export declare const secondsOf: (date: string | null | undefined) => number;
/** Makes a `SecureTokenError` of the cause of a failed call. @param now unix seconds on the endpoint's clock */
export declare function toError(cause: unknown, now: number): SecureTokenError;
