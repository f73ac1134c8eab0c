import { BoundedMap } from './bounded-map.ts';
import type { QueryEdit } from './signed-url.ts';
import { editQuery, encodeParameter, resolveUrl } from './signed-url.ts';
import { renewalWindow, transitMargin } from './renewal.ts';
import type { Token } from './token.ts';

/** A token at hand. Times are unix ms on the signing endpoint's clock. */
export interface Held {
  readonly token: Token;
  /** The query parameters that carry it, encoded. */
  readonly query: QueryEdit;
  /** What it opens: a URL, a path that takes any query (ends with `?*`), or a folder (ends with `/*`). */
  readonly scope: string;
  /** When its renewal window opens. */
  readonly opens: number;
  /** From here on it may die on its way to the edge. */
  readonly dies: number;
  /** The URL it was last attached to. */
  usedFor?: string;
}

export const isFolder = (scope: string | undefined): boolean => !!scope?.endsWith('/*');

/** The tokens at hand, and what they have taught about how this CDN's tokens look in a URL. */
export interface TokenStore {
  readonly held: ReadonlyMap<string, Held>;
  /** Keeps `token`, obtained at `now`; one without a scope of its own is kept for each of `asked`. */
  add(token: Token, asked: readonly string[], now: number): void;
  /** Drops dead tokens; a dead prefix is kept for what it tells of its scope. */
  prune(now: number): void;
  /** What opens `key` at `now`: the exact URL first, then the longest prefix; a dead token only if there is no other. */
  find(key: string, now: number): Held | undefined;
  /** The parameters that tokens of the origin of `key` have used, also older ones: to be taken out. */
  namesOf(key: string): QueryEdit | undefined;
  /** `url` without what a token has put there. */
  unsign(url: string): string;
  /** `url` with the base of a path token, also an older one, turned back into its prefix. */
  unmove(url: string): string;
}

/** @param renewBefore seconds; @param jitter the share of it by which this viewer renews earlier */
export function createTokenStore(renewBefore: number | undefined, jitter: number): TokenStore {
  const held = new BoundedMap<string, Held>(4096);
  const prefixes = new BoundedMap<string, string>(256);
  // by origin: on another host a parameter of the same name may mean something else
  const names = new BoundedMap<string, QueryEdit>(256);

  const unmove = (url: string): string => {
    for (const [base, prefix] of prefixes) if (url.startsWith(base)) return prefix + url.slice(base.length);
    return url;
  };
  const namesOf = (url: string): QueryEdit | undefined => names.get(resolveUrl(url)?.origin ?? '');
  const unsign = (url: string): string => {
    url = unmove(url);
    const edit = namesOf(url);
    return edit ? editQuery(url, edit) : url;
  };

  return {
    held,
    namesOf,
    unmove,
    unsign,
    add(token, asked, now) {
      const { url, prefix, base, anyQuery } = token;
      const expires = token.expires * 1000;
      const lifetime = Math.max(0, expires - now);
      const query: Record<string, string> = {};
      for (const [name, value] of Object.entries(token.query ?? {})) query[encodeParameter(name)] = encodeParameter(value);
      for (const opened of prefix ?? url ? [(prefix ?? url)!] : asked) {
        const { href, origin } = resolveUrl(opened)!;
        const edit = { ...names.get(origin) };
        for (const name in query) edit[name] = undefined;
        names.set(origin, edit);
        if (base) prefixes.set(resolveUrl(base)!.href, href);
        const key = unsign(href);
        const scope = prefix ? href + '*' : anyQuery ? key.split('?')[0]! + '?*' : key;
        held.set(scope, {
          token,
          query,
          scope,
          opens: expires - renewalWindow(lifetime, renewBefore, jitter),
          dies: expires - transitMargin(lifetime),
        });
      }
    },
    prune(now) {
      for (const [scope, { dies }] of held) if (dies <= now && !isFolder(scope)) held.delete(scope);
    },
    find(key, now) {
      let path = key.split('?')[0]!;
      let dead: Held | undefined;
      for (let scope = key; ; ) {
        const found = held.get(scope);
        if (found && found.dies > now) return found;
        dead ??= found;
        if (scope === key) scope = path + '?*';
        else if ((path = path.slice(0, path.lastIndexOf('/'))).length > 7) scope = path + '/*';
        else return dead;
      }
    },
  };
}
