import { BoundedMap } from '../bounded-maps.ts';
import { SecureTokenError } from '../contract/secure-token-error.ts';
import { encodeParameter, folderOf, isIn, originOf, replaceParameters, resolveUrl } from '../url-text.ts';
import { isServiceWorker } from '../realm.ts';
import type { Protect } from '../contract/token-source-options.ts';
import type { Token } from '../contract/token.ts';

/**
 * Which URLs are signed, and for which URLs tokens are taken: an endpoint must not be able to make a player send
 * headers, or move requests, to origins that neither the page nor its player has named.
 */
export interface Protection {
  /** The player was given this source. Adds nothing to `protect`. */
  readonly allow: (url: string) => void;
  /** `url` is asked for, or the page has brought a token for it: a token for its origin may be taken. */
  readonly noteOriginOf: (url: string) => void;
  /** @param key unsigned, absolute; @param hasToken whether there is one for it */
  readonly covers: (key: string, hasToken: () => boolean) => boolean;
  /** Keeps the tokens that may be taken; one error for each origin whose tokens must not be. */
  readonly take: (tokens: readonly Token[]) => { readonly tokens: Token[]; readonly errors: SecureTokenError[] };
}

const NAME_ALL = 'List every CDN of yours in "protect".';

/** @param url unsigned */
function dropped(what: string, url: string, remedy: string = NAME_ALL): SecureTokenError {
  const message = `The signing endpoint sent a token ${what}. It is not used. ${remedy}`;
  return new SecureTokenError('ERR_SIGNING_RESPONSE', message, { url });
}

/**
 * Whether `url` is of the site of this service worker. Its settings may be those of anybody who has run a script on the
 * site once: what its pages take for files of the site must not come from elsewhere. A token that moves URLs, in either
 * direction, would do that: its `base` is taken for its `prefix` where a page asks for it.
 */
const isOfOwnSite = (url: string): boolean => isServiceWorker() && originOf(url) === globalThis.location.origin;

/** The URL that a token opens, without what the token would put there: events must not tell it. */
function openedBy({ url, prefix, query }: Token): string {
  const names = new Set(Object.keys(query ?? {}).map(encodeParameter));
  return replaceParameters(resolveUrl(prefix ?? url ?? ''), (name) => names.has(name), new Map());
}

/** @param protect absent: the origins of the sources that players were given */
export function createProtection(protect: Protect | readonly Protect[] | undefined): Protection {
  const rules = [protect ?? []].flat() as readonly Protect[];
  const folders = rules.filter((rule) => typeof rule === 'string').map(folderOf);
  const tests = rules.flatMap((rule) => (typeof rule === 'string' ? [] : [rule]));
  const sources = new BoundedMap<string, true>();
  const named = new BoundedMap<string, true>();

  const isCovered = (key: string): boolean =>
    folders.some((folder) => isIn(folder, key)) ||
    tests.some((test) => (typeof test === 'function' ? test(new URL(key)) : key.search(test) >= 0));
  const isNamed = (origin: string): boolean => named.has(origin) || (!protect && sources.has(origin));

  /** Whether a token for all of `opened`, and more than that one URL, may be taken. */
  const mayOpenMore = (opened: string): boolean =>
    isCovered(opened) ||
    folders.some((folder) => folder.startsWith(opened)) ||
    // a pattern or a function judges URLs, not folders: there the origin decides. It picks each URL that is signed
    (tests.length > 0 && isNamed(originOf(opened)));
  const mayOpen = ({ anyQuery, prefix }: Token, opened: string): boolean =>
    protect ? (prefix || anyQuery ? mayOpenMore(opened) : isCovered(opened)) : isNamed(originOf(opened));

  const mayMoveTo = (base: string, opened: string): boolean => {
    const origin = originOf(base);
    const isOfRules = folders.some((folder) => originOf(folder) === origin);
    return origin === originOf(opened) || isNamed(origin) || isOfRules || isCovered(base);
  };

  /** Why `token` must not be taken; `undefined` if it may be. */
  const refuse = (token: Token): SecureTokenError | undefined => {
    // without a scope it opens what was asked for
    if (!token.url && !token.prefix) return undefined;
    const url = openedBy(token);
    if (!mayOpen(token, url)) {
      const where = protect
        ? 'for a URL that "protect" does not cover'
        : 'for an origin that neither a source nor a request has named';
      return dropped(where, url);
    }
    const base = token.base && resolveUrl(token.base);
    if (base && isOfOwnSite(url) !== isOfOwnSite(base)) {
      return dropped('whose "base" leads to another origin', url, 'Request files of a CDN by the URL of that CDN.');
    }
    if (base && !mayMoveTo(base, url)) {
      return dropped('whose "base" leads to an origin that neither a source nor a request has named', url);
    }
    return undefined;
  };

  return {
    allow(url) {
      const origin = originOf(resolveUrl(url));
      if (origin) sources.set(origin, true);
    },
    noteOriginOf: (url) => void named.set(originOf(resolveUrl(url)), true),
    covers: (key, hasToken) => (protect ? isCovered(key) : !sources.size || sources.has(originOf(key)) || hasToken()),
    take(tokens) {
      const errors = new Map<string, SecureTokenError>();
      const taken = tokens.filter((token) => {
        const error = refuse(token);
        if (error) errors.set(originOf(error.url!), error);
        return !error;
      });
      return { tokens: taken, errors: [...errors.values()] };
    },
  };
}

/**
 * Whether `protect` covers a URL, for whoever signs by the tokens of somebody else: a service worker, for its pages.
 */
export function protectedBy(protect: Protect | readonly Protect[]): (url: string) => boolean {
  const { covers } = createProtection(protect);
  return (url) => {
    const key = resolveUrl(url);
    return key !== '' && covers(key, () => false);
  };
}
