import { BoundedMap, FolderMap } from '../bounded-maps.ts';
import type { Token } from '../contract/token.ts';
import { pathOf } from '../url-text.ts';
import type { RenewalTimes, TokenState } from './renewal.ts';
import { stateAt } from './renewal.ts';
import type { SentReplays } from './sent-replays.ts';
import type { ServerClock } from './server-clock.ts';

/** The URLs that a token opens. `href` is absolute and unsigned. */
export type Scope =
  | { readonly kind: 'url'; readonly href: string }
  /** One path with any query; `href` has no query. */
  | { readonly kind: 'path'; readonly href: string }
  /** Every URL below `href`, which ends with `/`. */
  | { readonly kind: 'folder'; readonly href: string };

/** Returns a text that identifies a scope. The space is unambiguous, because a URL contains none. */
export const scopeId = ({ kind, href }: Scope): string => `${kind} ${href}`;

/** Returns the scope of `token`. @param href the URL or folder that it opens, absolute; @param key the key of `href` */
export function scopeOf({ prefix, anyQuery }: Token, href: string, key: string): Scope {
  if (prefix) return { kind: 'folder', href };
  return anyQuery ? { kind: 'path', href: pathOf(key) } : { kind: 'url', href: key };
}

/** A token at hand. */
export interface HeldToken extends RenewalTimes {
  readonly token: Token;
  readonly scope: Scope;
  /** When the call for the token was sent, in seconds on the endpoint's clock. */
  readonly obtainedAt: number;
  /** The number of the call for the token; 0 if the page has brought the token. */
  readonly call: number;
}

/** Returns the lifetime of a token, in seconds. */
export const lifetimeOf = ({ token, obtainedAt }: HeldToken): number => token.expires - obtainedAt;

type TokensByHref = BoundedMap<string, readonly HeldToken[]>;

/**
 * Returns a short key for a long URL, made of its beginning and its end. V8 hashes strings of 16,384 characters and
 * more by their length alone, so such URLs with the same length would collide in a Map.
 */
const shortOf = (href: string): string => (href.length > 10_000 ? href.slice(0, 2000) + href.slice(-2000) : href);

const heldFor = (tokens: TokensByHref, href: string): HeldToken | undefined =>
  tokens.get(shortOf(href))?.find(({ scope }) => scope.href === href);

/** The tokens at hand, by their scopes, and the state of each token. */
export class TokenStore {
  readonly #clock: ServerClock;
  readonly #sent: SentReplays;
  readonly #endpoint: { readonly isFailing: boolean };
  readonly #urls: TokensByHref = new BoundedMap();
  readonly #paths: TokensByHref = new BoundedMap();
  readonly #folders = new FolderMap<HeldToken>();
  readonly #suspended = new WeakSet<HeldToken>();
  #isClosed = false;

  /** @param endpoint while the endpoint fails, a token that a rotation has outdated is better than none */
  constructor(clock: ServerClock, sent: SentReplays, endpoint: { readonly isFailing: boolean }) {
    this.#clock = clock;
    this.#sent = sent;
    this.#endpoint = endpoint;
  }

  /** Returns the state of `held` now. A suspended token is never due. */
  stateOf(held: HeldToken): TokenState {
    const isOutdated = this.#sent.isOutdated(held) && !this.#endpoint.isFailing;
    if (this.#isClosed || isOutdated) return 'spent';
    const state = stateAt(held, this.#clock.now());
    return state === 'due' && this.#suspended.has(held) ? 'fresh' : state;
  }

  /** Whether requests go out with `held`. Without a usable token they wait. */
  isUsable(held: HeldToken): boolean {
    return this.stateOf(held) !== 'spent';
  }

  /** Whether `held` has not ended. A rotation may have outdated it all the same. */
  isAlive(held: HeldToken): boolean {
    return !this.#isClosed && this.#clock.now() < held.token.expires;
  }

  isSuspended(held: HeldToken): boolean {
    return this.#suspended.has(held);
  }

  /**
   * Stops renewing `held` ahead of its end: the answer to its renewal was invalid or had no new token for it, or had a
   * token for one URL although `held` opens a folder. Otherwise the source would ask for it again and again.
   */
  suspend(held: HeldToken): void {
    this.#suspended.add(held);
  }

  /** Whether the source was destroyed. */
  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** Notes that the source was destroyed: its tokens are no longer used. */
  close(): void {
    this.#isClosed = true;
  }

  add(held: HeldToken): void {
    const { kind, href } = held.scope;
    if (kind === 'folder') {
      this.#folders.set(href, held);
      return;
    }
    const tokens = kind === 'path' ? this.#paths : this.#urls;
    const others = (tokens.get(shortOf(href)) ?? []).filter(({ scope }) => scope.href !== href);
    tokens.set(shortOf(href), [...others, held]);
  }

  /** Deletes unusable tokens of URLs and paths. Tokens of folders stay, because they tell which URLs share a token. */
  forgetExpiredUrls(): void {
    // reads the clock once, because the tokens of hours may be at hand
    const now = this.#clock.now();
    for (const map of [this.#urls, this.#paths]) {
      for (const [short, tokens] of map) {
        const kept = tokens.filter((held) => stateAt(held, now) !== 'spent');
        if (kept.length === 0) map.delete(short);
        else if (kept.length < tokens.length) map.set(short, kept);
      }
    }
  }

  /**
   * Returns the token for `key`: of the exact URL, or else of its path, or else of the deepest folder. Returns an
   * unusable token only if there is no usable one.
   */
  find(key: string): HeldToken | undefined {
    const exact = heldFor(this.#urls, key);
    if (exact && this.isUsable(exact)) return exact;
    const ofPath = this.#paths.size ? heldFor(this.#paths, pathOf(key)) : undefined;
    const found = [exact, ofPath, ...this.#folders.above(key)];
    return found.find((held) => held && this.isUsable(held)) ?? found.find((held) => held !== undefined);
  }

  /** Returns the tokens of folders, including unusable ones. */
  folders(): Iterable<HeldToken> {
    return this.#folders.values();
  }

  /** Returns the tokens of paths and then of URLs, the latest of each kind last. */
  urls(): HeldToken[] {
    return [...this.#paths.values(), ...this.#urls.values()].flat();
  }

  /** Returns the ids of the scopes under which a call or a denial for `key` may be stored; the URL itself is first. */
  idsOf(key: string): string[] {
    const url: Scope = { kind: 'url', href: key };
    const path: Scope = { kind: 'path', href: pathOf(key) };
    const held = this.find(key);
    return [url, path, ...(held ? [held.scope] : [])].map(scopeId);
  }

  /** Returns the id that `key` shares with all URLs that the same token opens. */
  sharedIdOf(key: string): string {
    return scopeId(this.find(key)?.scope ?? { kind: 'url', href: key });
  }
}
