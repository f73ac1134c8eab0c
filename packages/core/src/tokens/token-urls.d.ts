import type { Scope } from './scope.ts';
import type { Token } from '../contract/token.ts';
/**
 * A URL that was asked for, read once. Everything else knows it by its `key`: tokens held, calls, denials, the order of
 * playlists.
 */
export interface KnownUrl {
    /** As it was written, but for the base of a path token. It may hold parameters of a stale token. */
    readonly written: string;
    /** `written` without what a token has put there. */
    readonly unsigned: string;
    /** Its identity: `unsigned`, absolute and without fragment. Empty if it is not http(s). */
    readonly key: string;
}
/** Puts tokens into URLs and takes them out; knows how this CDN's tokens look there, those of earlier ones included. */
export declare class TokenUrls {
    #private;
    /** Takes note of how `token` will look in URLs below `href`. */
    recognise(token: Token, href: string): void;
    /** The identity of `href`, which is absolute and has no fragment. */
    identify(href: string): string;
    read(url: string): KnownUrl;
    /** `url` with what `token` puts there. */
    sign({ written }: KnownUrl, token: Token, scope: Scope): string;
}
/** The scope of `token`, which was asked for as `key`. */
export declare function scopeOf({ prefix, anyQuery }: Token, href: string, key: string): Scope;
