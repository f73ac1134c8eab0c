import type { Token } from '../contract/token.ts';
import { pathOf } from '../url-text.ts';

/** The URLs that a token opens. `href` is absolute and unsigned. */
export type Scope =
  | { readonly kind: 'url'; readonly href: string }
  /** One path with any query; `href` has none. */
  | { readonly kind: 'path'; readonly href: string }
  /** Every URL below; `href` ends with `/`. */
  | { readonly kind: 'folder'; readonly href: string };

/** Tells scopes apart, as text. A space cannot stand in a URL. */
export const scopeId = ({ kind, href }: Scope): string => `${kind} ${href}`;

/** The scope of `token`, which was asked for as `key`. */
export function scopeOf({ prefix, anyQuery }: Token, href: string, key: string): Scope {
  if (prefix) return { kind: 'folder', href };
  return anyQuery ? { kind: 'path', href: pathOf(key) } : { kind: 'url', href: key };
}
