import { SecureTokenError } from '../contract/errors.ts';
import type { Protect } from '../contract/options.ts';
import type { Token } from '../contract/token.ts';
import { encodeParameter, folderOf, isIn, originOf, replaceParameters, resolveUrl, shownUrl } from '../url-text.ts';
import { isServiceWorker } from '../waiting.ts';

/** Returns the URL or folder that a token opens, without the parameters of the token, which errors must not contain. */
function openedBy({ url, prefix, query = {} }: Token): string {
  const names = new Set(Object.keys(query).map(encodeParameter));
  return replaceParameters(resolveUrl(prefix ?? url ?? ''), (name) => names.has(name), new Map());
}

/**
 * Whether a token leads from the site of this service worker to another origin, or from there to the site. The settings
 * of a worker may come from any script that ran on the site once, so that files which pages take for files of the site
 * must not come from elsewhere.
 */
function crossesOwnSite(opened: string, base: string): boolean {
  const origins = [originOf(opened), originOf(base)];
  return isServiceWorker() && origins[0] !== origins[1] && origins.includes(globalThis.location.origin);
}

/**
 * Decides which URLs are signed, and which tokens are accepted: an endpoint must not be able to make a player send
 * headers, or move requests, to origins that neither the page nor its player has named.
 */
export class Protection {
  readonly #rules: readonly Protect[];
  readonly #folders: readonly string[];
  /** The origins of the media sources that players were given. */
  readonly #sources = new Set<string>();
  /** The origins of requested URLs, and of the tokens that the page has brought. */
  readonly #named = new Set<string>();

  /** @param protect if absent: the origins of the media sources */
  constructor(protect: Protect | readonly Protect[] = []) {
    this.#rules = [protect].flat();
    this.#folders = this.#rules.filter((rule) => typeof rule === 'string').map(folderOf);
  }

  /** Notes that a player was given the media source `url`. Adds nothing to `protect`. */
  allow(url: string): void {
    const origin = originOf(resolveUrl(url));
    if (origin) this.#sources.add(origin);
  }

  /** Notes that `url` is requested, or that the page has brought a token for it: tokens for its origin are accepted. */
  noteNamed(url: string): void {
    this.#named.add(originOf(resolveUrl(url)));
  }

  /** Whether `key` is signed. @param hasToken whether there is a token for `key` */
  covers(key: string, hasToken: () => boolean): boolean {
    if (this.#rules.length) return this.#matches(key);
    return !this.#sources.size || this.#sources.has(originOf(key)) || hasToken();
  }

  /** Returns the error of a token that must not be accepted; `undefined` if it may be. */
  errorOf(token: Token): SecureTokenError | undefined {
    // a token without a scope opens the URLs of its call
    if (!token.url && !token.prefix) return undefined;
    const url = openedBy(token);
    const base = token.base && resolveUrl(token.base);
    const isAccepted = this.#mayOpen(token, url) && (!base || this.#mayMoveTo(base, url));
    // the origin alone: an endpoint may confuse "prefix" with "base", which holds the token
    const message =
      `A token came for URLs of ${shownUrl(originOf(base ?? url))} that neither "protect" nor a source of a player ` +
      'names. It is not used. List every CDN of yours in "protect".';
    return isAccepted ? undefined : new SecureTokenError('ERR_SIGNING_RESPONSE', message, { url });
  }

  #mayOpen({ prefix, anyQuery }: Token, opened: string): boolean {
    if (!this.#rules.length) return this.#isNamed(opened);
    if (this.#matches(opened)) return true;
    if (!prefix && !anyQuery) return false;
    if (this.#folders.some((folder) => folder.startsWith(opened))) return true;
    // patterns and functions judge URLs, not folders: the origin decides here, and they judge each URL that is signed
    return this.#rules.length > this.#folders.length && this.#isNamed(opened);
  }

  #mayMoveTo(base: string, opened: string): boolean {
    if (crossesOwnSite(opened, base)) return false;
    const origin = originOf(base);
    const isOfRules = this.#folders.some((folder) => originOf(folder) === origin);
    return origin === originOf(opened) || this.#isNamed(base) || isOfRules || this.#matches(base);
  }

  #isNamed(url: string): boolean {
    const origin = originOf(url);
    return this.#named.has(origin) || (!this.#rules.length && this.#sources.has(origin));
  }

  #matches(url: string): boolean {
    return (
      this.#folders.some((folder) => isIn(folder, url)) ||
      this.#rules.some((rule) =>
        typeof rule === 'string' ? false : typeof rule === 'function' ? rule(new URL(url)) : url.search(rule) >= 0,
      )
    );
  }
}
