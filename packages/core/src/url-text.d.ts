/** `url` resolved against the page (on a server: as it is), without its fragment; empty if it is not http(s). */
export declare function resolveUrl(url: string, from?: string | undefined): string;
export declare const pathOf: (url: string) => string;
/** Without its query: a server may have written a token there that no answer has made known yet. */
export declare const shownUrl: (url: string) => string;
export declare const originOf: (url: string) => string;
/** Encodes only what cannot stand in a query: CDNs compare `~`, `*`, `/` and `=` as bytes. */
export declare const encodeParameter: (text: string) => string;
