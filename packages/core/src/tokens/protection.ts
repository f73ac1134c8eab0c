import { SecureTokenError } from '../contract/errors.ts';
import type { Protect } from '../contract/options.ts';
import type { Token } from '../contract/token.ts';
import { folderOf, isIn, originOf, resolveUrl, shownUrl } from '../url-text.ts';
import { isServiceWorker } from '../waiting.ts';
import { SignedUrls } from './signed-urls.ts';
import type { TokenStore } from './token-store.ts';

/** Returns the URL or folder that a token opens, without the token, which errors must not contain. */
function openedBy(token: Token): string {
  const opened = token.prefix ?? token.url ?? '';
  const urls = new SignedUrls(0);
  urls.note(token, opened);
  return urls.withoutSecrets(urls.currentKey(opened));
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
  readonly #store: TokenStore;
  readonly #rules: readonly Protect[];
  readonly #folders: readonly string[];
  /** The origins of the media sources that players were given. */
  readonly #sources = new Set<string>();
  /** The origins of requested URLs, and of the tokens that the page has brought. */
  readonly #named = new Set<string>();

  /**
   * @param store its tokens open URLs too, if nothing names the URLs that are signed
   * @param protect if absent: the origins of the media sources
   */
  constructor(store: TokenStore, protect: Protect | readonly Protect[] = []) {
    this.#store = store;
    this.#rules = [protect].flat();
    this.#folders = this.#rules.filter((rule) => typeof rule === 'string').map(folderOf);
  }

  /** Notes that a player was given the media source `url`: its origin is trusted. Adds nothing to `protect`. */
  trustSource(url: string): void {
    const origin = originOf(resolveUrl(url));
    if (origin) this.#sources.add(origin);
  }

  /**
   * Notes that a URL is requested, or that the page has brought a token for it: tokens for its origin are accepted.
   * @param key the absolute URL
   */
  noteNamed(key: string): void {
    this.#named.add(originOf(key));
  }

  /** Whether `key` is signed. An empty key, which is no http(s) URL, is not. */
  covers(key: string): boolean {
    if (!key) return false;
    if (this.#rules.length) return this.#matches(key);
    return !this.#sources.size || this.#sources.has(originOf(key)) || this.#store.find(key) !== undefined;
  }

  /** Returns the error of a token that must not be accepted; `undefined` if it may be. */
  errorOf(token: Token): SecureTokenError | undefined {
    // a token without a scope opens the URLs of its call
    if (!token.url && !token.prefix) return undefined;
    const { base, url = '', prefix: opened = url } = token;
    if (this.#mayOpen(token, opened) && (!base || this.#mayMoveTo(base, opened))) return undefined;
    // the origin alone: an endpoint may confuse "prefix" with "base", which holds the token
    const message =
      `A token came for URLs of ${shownUrl(originOf(base ?? opened))} that neither "protect" nor a source of a player ` +
      'names. It is not used. List every CDN of yours in "protect".';
    return new SecureTokenError('ERR_SIGNING_RESPONSE', message, { url: openedBy(token) });
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
      this.#rules.some((rule) => {
        if (typeof rule === 'function') return rule(new URL(url));
        return typeof rule !== 'string' && url.search(rule) >= 0;
      })
    );
  }
}
