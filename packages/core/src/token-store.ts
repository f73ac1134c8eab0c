import { encodeParameter, originOf, pathOf, resolveUrl } from './signed-url.ts';
import type { Token } from './token.ts';

/** Beyond this many entries a map is emptied: a session may last for days. */
const LIMIT = 5e4;
export const remember = <K, V>(map: Map<K, V>, key: K, value: V): void => {
  if (map.size > LIMIT) map.clear();
  map.set(key, value);
};

/** A token at hand. Times are unix seconds on the signing endpoint's clock. */
interface Held {
  readonly token: Token;
  /** What it opens: a URL, a path that takes any query (ends with `? `), or a folder (ends with `/ `). */
  readonly scope: string;
  /** When its renewal window opens. */
  opens: number;
  /** From here on it may die on its way to the edge. */
  readonly dies: number;
  /** The URL it was last attached to. */
  usedFor?: string;
}

/** The tokens at hand, and what they have taught about how this CDN's tokens look in a URL. */
export interface TokenStore {
  readonly held: Map<string, Held>;
  readonly isAlive: (it: Held | undefined) => boolean;
  /** Keeps `tokens`, obtained at `from`; one without a scope of its own is kept for each of `asked`. Drops those that died before. */
  readonly add: (tokens: readonly Token[], asked: readonly string[], from: number) => void;
  /** `url` resolved, without what any token has put there: its identity. Empty if it is not http(s). */
  readonly keyOf: (url: string) => string;
  /** What opens `url`: the exact URL first, then the longest prefix; a dead token only if there is no other. */
  readonly find: (url: string) => Held | undefined;
  /** `url` without what any token has put there. */
  readonly unsign: (url: string) => string;
  /** `url` with what this token puts there. */
  readonly sign: (url: string, held: Held) => string;
}

/** @param renewBefore seconds; @param jitter the share of it by which this viewer renews earlier */
export function createTokenStore(now: () => number, renewBefore: number | undefined, jitter: number): TokenStore {
  const held = new Map<string, Held>();
  /** The prefixes of path tokens by their base, also of older ones. */
  const prefixes = new Map<string, string>();
  /** The parameters of tokens, also of older ones, with their origin: on another host the same name may mean something else. */
  const names = new Set<string>();

  const isAlive = (it: Held | undefined): boolean => !!it && it.dies > now();
  const pairsOf = (query: Record<string, string> = {}): [string, string][] =>
    Object.entries(query).map(([name, value]) => [encodeParameter(name), '&' + encodeParameter(name) + '=' + encodeParameter(value)]);
  /**
   * `url` with `pairs` in its query: the parameters of tokens are replaced in place or go, others are appended, everything
   * else stays byte for byte. As text, because URLSearchParams re-encodes what the author wrote (hls.js #7963).
   */
  const edit = (url: string, pairs: [string, string][]): string => {
    const origin = originOf(resolveUrl(url));
    const missing = new Map(pairs);
    // the query, or where one would stand
    return url.replace(/\?[^#]*|(?=#)|$/, (search) => {
      const kept = search.replace(/[?&]([^=&]*)[^&]*/g, (pair, name: string) => {
        if (!names.has(origin + name)) return pair;
        const other = missing.get(name) ?? '';
        missing.delete(name);
        return other;
      });
      return (kept + [...missing.values()].join('')).replace(/^&/, '?');
    });
  };
  const unmove = (url: string): string => {
    for (const [base, prefix] of prefixes) if (url.startsWith(base)) return prefix + url.slice(base.length);
    return url;
  };
  const unsign = (url: string): string => edit(unmove(url), []);
  const keyOf = (url: string): string => unsign(resolveUrl(url));

  return {
    held,
    isAlive,
    unsign,
    add(tokens, asked, from) {
      // a dead folder is kept for what it tells of its scope
      for (const [scope, it] of held) if (!isAlive(it) && !it.token.prefix) held.delete(scope);
      for (const token of tokens) {
        const { url, prefix, base, query, expires } = token;
        const lifetime = expires - from;
        for (const opened of (prefix ?? url) ? [(prefix ?? url)!] : asked) {
          const href = resolveUrl(opened);
          for (const [name] of pairsOf(query)) names.add(originOf(href) + name);
          if (base) remember(prefixes, resolveUrl(base), href);
          const key = keyOf(href);
          // a space cannot stand in a URL
          const scope = prefix ? href + ' ' : token.anyQuery ? pathOf(key) + '? ' : key;
          remember(held, scope, {
            token,
            scope,
            // earlier by this viewer's share, so that an audience that joined in one second does not come back in one second;
            // at most three quarters of the lifetime, or a short token would be renewed without end
            opens: expires - Math.min((renewBefore ?? Math.min(60, lifetime / 4)) * (1 + jitter), lifetime * 0.75),
            dies: expires - Math.min(2, lifetime / 10),
          });
        }
      }
    },
    keyOf,
    find(url) {
      const key = keyOf(url);
      const parts = pathOf(key).split('/');
      const scopes = [key, ...parts.map((_, i) => parts.slice(0, parts.length - i).join('/') + (i ? '/ ' : '? '))];
      const found = scopes.flatMap((scope) => held.get(scope) ?? []);
      return found.find(isAlive) ?? found[0];
    },
    sign(url, { token: { base, query }, scope }) {
      const signed = edit(unmove(url), pairsOf(query));
      if (!base) return signed;
      const folder = scope.slice(0, -1);
      // not written like the prefix: as the browser would write it
      return base + (signed.startsWith(folder) ? signed : resolveUrl(signed)).slice(folder.length);
    },
  };
}
