import { BoundedMap } from '../bounded-maps.ts';
import { SecureTokenError } from '../contract/secure-token-error.ts';
import { encodeParameter, folderOf, isIn, originOf, replaceParameters, resolveUrl } from '../url-text.ts';
import { isServiceWorker } from '../realm.ts';
import type { Protect } from '../contract/token-source-options.ts';
import type { Token } from '../contract/token.ts';

/**
 * Decides which URLs are signed, and for which URLs tokens are accepted: an endpoint must not be able to make a player
 * send headers, or move requests, to origins that neither the page nor its player has named.
 */
export interface Protection {
  /** Notes that a player was given the media source `url`. Adds nothing to `protect`. */
  readonly allow: (url: string) => void;
  /** Notes that `url` is requested, or that the page has brought a token for it: tokens for its origin are accepted. */
  readonly noteOriginOf: (url: string) => void;
  /** Whether `key` is signed. @param key unsigned, absolute; @param hasToken whether there is a token for `key` */
  readonly covers: (key: string, hasToken: () => boolean) => boolean;
  /** Returns the tokens that may be accepted, and one error for each origin whose tokens must not be accepted. */
  readonly take: (tokens: readonly Token[]) => { readonly tokens: Token[]; readonly errors: SecureTokenError[] };
}

const NAME_ALL = 'List every CDN of yours in "protect".';

/** Creates the error for a token that is not accepted. @param url unsigned */
function dropped(what: string, url: string, remedy: string = NAME_ALL): SecureTokenError {
  const message = `The signing endpoint sent a token ${what}. It is not used. ${remedy}`;
  return new SecureTokenError('ERR_SIGNING_RESPONSE', message, { url });
}

/**
 * Whether a token leads from the site of this service worker to another origin, or from there to the site; `false`
 * outside of service workers. The settings of the worker may come from any script that ran on the site once, so files
 * that pages take for files of the site must not come from elsewhere. A token would allow that if only one of its
 * `base` and `prefix` lies on the site: if a page requests a URL below `base`, the worker takes it for the URL below
 * `prefix`.
 */
function crossesOwnSite(url: string, base: string): boolean {
  const origins = [originOf(url), originOf(base)];
  return isServiceWorker() && origins[0] !== origins[1] && origins.includes(globalThis.location.origin);
}

/** Returns the URL that a token opens, without the parameters of the token, which events must not contain. */
function openedBy({ url, prefix, query }: Token): string {
  const names = new Set(Object.keys(query ?? {}).map(encodeParameter));
  return replaceParameters(resolveUrl(prefix ?? url ?? ''), (name) => names.has(name), new Map());
}

/**
 * Creates the `Protection` of a token source.
 * @param protect if absent: the origins of the media sources that players were given
 */
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

  /** Whether a token that opens more than one URL (the folder `opened`, or `opened` with any query) may be accepted. */
  const mayOpenMore = (opened: string): boolean =>
    isCovered(opened) ||
    folders.some((folder) => folder.startsWith(opened)) ||
    // patterns and functions judge URLs, not folders: the origin decides here, and they judge each URL that is signed
    (tests.length > 0 && isNamed(originOf(opened)));
  const mayOpen = ({ anyQuery, prefix }: Token, opened: string): boolean =>
    protect ? (prefix || anyQuery ? mayOpenMore(opened) : isCovered(opened)) : isNamed(originOf(opened));

  const mayMoveTo = (base: string, opened: string): boolean => {
    const origin = originOf(base);
    const isOfRules = folders.some((folder) => originOf(folder) === origin);
    return origin === originOf(opened) || isNamed(origin) || isOfRules || isCovered(base);
  };

  /** Returns why `token` must not be accepted; `undefined` if it may be accepted. */
  const refuse = (token: Token): SecureTokenError | undefined => {
    // a token without a scope opens the URLs of its call
    if (!token.url && !token.prefix) return undefined;
    const url = openedBy(token);
    if (!mayOpen(token, url)) {
      const where = protect
        ? 'for a URL that "protect" does not cover'
        : 'for an origin that neither a source nor a request has named';
      return dropped(where, url);
    }
    const base = token.base && resolveUrl(token.base);
    if (base && crossesOwnSite(url, base)) {
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
 * Returns a function that tells whether `protect` covers a URL. For a service worker that signs with tokens of its
 * pages.
 */
export function protectedBy(protect: Protect | readonly Protect[]): (url: string) => boolean {
  const { covers } = createProtection(protect);
  return (url) => {
    const key = resolveUrl(url);
    return key !== '' && covers(key, () => false);
  };
}
