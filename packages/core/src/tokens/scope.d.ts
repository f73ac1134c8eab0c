/** The URLs that a token opens. `href` is absolute and unsigned. */
export type Scope = {
    readonly kind: 'url';
    readonly href: string;
}
/** One path with any query; `href` has none. */
 | {
    readonly kind: 'path';
    readonly href: string;
}
/** Every URL below; `href` ends with `/`. */
 | {
    readonly kind: 'folder';
    readonly href: string;
};
/** Tells scopes apart, as text. A space cannot stand in a URL. */
export declare const scopeId: ({ kind, href }: Scope) => string;
