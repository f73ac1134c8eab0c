/** Text of an endpoint, for a message that apps log: one line, not long, without queries and tokens. */
export declare function shownDetail(text: string): string;
/**
 * Reads why the signing endpoint has failed (RFC 9457), for `detailOf`, if that comes at once and is not long;
 * otherwise the rest of `response` is cancelled, and its connection is free. Never rejects.
 */
export declare function readDetail(response: Response): Promise<void>;
/** The `detail` that the signing endpoint gave for its failure; `undefined` if it gave none. */
export declare const detailOf: (cause: unknown) => string | undefined;
