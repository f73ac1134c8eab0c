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

/** A token at hand. */
export interface HeldToken extends RenewalTimes {
  readonly token: Token;
  readonly scope: Scope;
  /** When its call was sent, in seconds on the endpoint's clock. */
  readonly obtainedAt: number;
  /** The number of its call; 0 if the page has brought it. */
  readonly call: number;
}

/** In seconds. */
export const lifetimeOf = ({ token, obtainedAt }: HeldToken): number => token.expires - obtainedAt;

type TokensByHref = BoundedMap<string, readonly HeldToken[]>;

/** V8 takes strings of 16,384 characters and more for the same in a Map if their lengths are: they go by their ends. */
const shortOf = (href: string): string => (href.length > 10_000 ? href.slice(0, 2000) + href.slice(-2000) : href);

const heldFor = (tokens: TokensByHref, href: string): HeldToken | undefined =>
  tokens.get(shortOf(href))?.find(({ scope }) => scope.href === href);

/** The tokens at hand, by what they open, and what each of them is good for now. */
export class TokenStore {
  readonly #clock: ServerClock;
  readonly #sent: SentReplays;
  readonly #endpoint: { readonly isFailing: boolean };
  readonly #urls: TokensByHref = new BoundedMap();
  readonly #paths: TokensByHref = new BoundedMap();
  readonly #folders = new FolderMap<HeldToken>();
  readonly #suspended = new WeakSet<HeldToken>();
  #isClosed = false;

  /** @param endpoint while it fails, a token that a rotation has outdated is better than none */
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

  /** Whether requests go out with `held`; without such a token they wait. */
  isUsable(held: HeldToken): boolean {
    return this.stateOf(held) !== 'spent';
  }

  /** Whether `held` has not ended: it may be outdated by a rotation all the same. */
  isAlive(held: HeldToken): boolean {
    return !this.#isClosed && this.#clock.now() < held.token.expires;
  }

  isSuspended(held: HeldToken): boolean {
    return this.#suspended.has(held);
  }

  /**
   * `held` is not renewed ahead of its end: its renewal was answered with something that is not understood, or with a
   * token for one URL where `held` opens a folder. It would be asked for again and again.
   */
  suspend(held: HeldToken): void {
    this.#suspended.add(held);
  }

  /** The source was destroyed. */
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

  /** Tokens of folders stay: they tell which URLs share a token. */
  forgetExpiredUrls(): void {
    // the clock is read once: hours of tokens may be at hand
    const now = this.#clock.now();
    for (const map of [this.#urls, this.#paths]) {
      for (const [short, tokens] of map) {
        const kept = tokens.filter((held) => stateAt(held, now) !== 'spent');
        if (kept.length === 0) map.delete(short);
        else if (kept.length < tokens.length) map.set(short, kept);
      }
    }
  }

  /** The token for `key`: of the exact URL, or else of the longest prefix; an unusable one only without another. */
  find(key: string): HeldToken | undefined {
    const exact = heldFor(this.#urls, key);
    if (exact && this.isUsable(exact)) return exact;
    const ofPath = this.#paths.size ? heldFor(this.#paths, pathOf(key)) : undefined;
    const found = [exact, ofPath, ...this.#folders.above(key)];
    return found.find((held) => held && this.isUsable(held)) ?? found.find((held) => held !== undefined);
  }

  /** The tokens of folders, unusable ones too. */
  folders(): Iterable<HeldToken> {
    return this.#folders.values();
  }

  /** The tokens of URLs and paths, the latest last. */
  urls(): HeldToken[] {
    return [...this.#paths.values(), ...this.#urls.values()].flat();
  }

  /** The scopes under which a call or a denial for `key` may be filed, that of the URL itself first. */
  idsOf(key: string): string[] {
    const url: Scope = { kind: 'url', href: key };
    const path: Scope = { kind: 'path', href: pathOf(key) };
    const held = this.find(key);
    return [url, path, ...(held ? [held.scope] : [])].map(scopeId);
  }

  /** The id that is shared by all that one token opens. */
  sharedIdOf(key: string): string {
    return scopeId(this.find(key)?.scope ?? { kind: 'url', href: key });
  }
}
