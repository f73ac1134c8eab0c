import { createFolderMap } from './folder-map.ts';
import { remember } from './remember.ts';
import { setParameters } from './set-parameters.ts';
import { encodeParameter, originOf, pathOf, resolveUrl } from './signed-url.ts';
import type { Token } from './token.ts';

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
  /** Those of folders, dead ones too. */
  readonly folders: () => Iterable<Held>;
  /** All of them. */
  readonly all: () => Held[];
  readonly isAlive: (it: Held | undefined) => boolean;
  /**
   * Keeps `tokens`, obtained at `from`; one without a scope of its own is kept for each of `asked`. Drops those that
   * died before.
   */
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

// a space cannot stand in a URL: scopes and URLs are never the same
const anyQueryOf = (key: string): string => `${pathOf(key)}? `;

/** Name to `name=value`, encoded. */
const parametersOf = ({ query = {} }: Token): Map<string, string> => {
  const pairs = Object.entries(query).map((pair) => pair.map(encodeParameter) as [string, string]);
  return new Map(pairs.map(([name, value]) => [name, `${name}=${value}`]));
};

/** @param renewBefore seconds; @param jitter the share of it by which this viewer renews earlier */
export function createTokenStore(now: () => number, renewBefore: number | undefined, jitter: number): TokenStore {
  /** By URL, or by path where the query does not count. */
  const urls = new Map<string, Held>();
  const folders = createFolderMap<Held>();
  /** By their base, the prefixes of path tokens, also of older ones. */
  const moves = createFolderMap<{ readonly base: string; readonly prefix: string }>();
  /** By origin, the parameters of tokens, also of older ones: on another host the same name may mean something else. */
  const names = new Map<string, Map<string, true>>();

  const isAlive = (it: Held | undefined): boolean => !!it && it.dies > now();
  const edit = (url: string, parameters: ReadonlyMap<string, string>): string => {
    const known = names.get(originOf(resolveUrl(url)));
    return setParameters(url, (name) => !!known?.has(name), parameters);
  };
  const unmove = (url: string): string => {
    const [move] = moves.above(url);
    return move ? move.prefix + url.slice(move.base.length) : url;
  };
  const unsign = (url: string): string => edit(unmove(url), new Map());
  const keyOf = (url: string): string => unsign(resolveUrl(url));

  /** Takes note of how `token` will look in URLs below `href`. */
  const recognise = (token: Token, href: string): void => {
    const origin = originOf(href);
    const known = names.get(origin) ?? new Map<string, true>();
    for (const name of parametersOf(token).keys()) remember(known, name, true);
    if (known.size) remember(names, origin, known);
    if (!token.base) return;
    const base = resolveUrl(token.base);
    moves.set(base, { base, prefix: href });
  };
  const keep = (token: Token, opened: string, from: number): void => {
    const { prefix, anyQuery, expires } = token;
    const href = resolveUrl(opened);
    recognise(token, href);
    const key = keyOf(href);
    const lifetime = expires - from;
    const held: Held = {
      token,
      scope: prefix ? `${href} ` : anyQuery ? anyQueryOf(key) : key,
      // earlier by this viewer's share, so that an audience that joined in one second does not come back in one second;
      // at most three quarters of the lifetime, or a short token would be renewed without end
      opens: expires - Math.min((renewBefore ?? Math.min(60, lifetime / 4)) * (1 + jitter), lifetime * 0.75),
      dies: expires - Math.min(2, lifetime / 10),
    };
    if (prefix) folders.set(href, held);
    else remember(urls, held.scope, held);
  };

  return {
    folders: folders.values,
    all: () => [...folders.values(), ...urls.values()],
    isAlive,
    unsign,
    add(tokens, asked, from) {
      // a dead folder is kept for what it tells of its scope
      for (const [scope, it] of urls) if (!isAlive(it)) urls.delete(scope);
      for (const token of tokens) {
        const { url, prefix } = token;
        const own = prefix ?? url;
        for (const opened of own ? [own] : asked) keep(token, opened, from);
      }
    },
    keyOf,
    find(url) {
      const key = keyOf(url);
      const found = [urls.get(key), urls.get(anyQueryOf(key)), ...folders.above(key)];
      return found.find(isAlive) ?? found.find((it) => !!it);
    },
    sign(url, { token, scope }) {
      const signed = edit(unmove(url), parametersOf(token));
      if (!token.base) return signed;
      const folder = scope.slice(0, -1);
      // not written like the prefix: as the browser would write it
      return token.base + (signed.startsWith(folder) ? signed : resolveUrl(signed)).slice(folder.length);
    },
  };
}
