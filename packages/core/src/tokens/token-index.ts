import { BoundedMap } from '../bounded-map.ts';
import { FolderMap } from './folder-map.ts';
import type { RenewalTimes } from './renewal.ts';
import { isUnexpired } from './renewal.ts';
import type { Scope } from './scope.ts';
import type { Token } from '../contract/token.ts';
import { pathOf } from '../url-text.ts';

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

/** The tokens at hand, by what they open. */
export class TokenIndex {
  readonly #urls: TokensByHref = new BoundedMap();
  readonly #paths: TokensByHref = new BoundedMap();
  readonly #folders = new FolderMap<HeldToken>();
  readonly #isUsable: (held: HeldToken) => boolean;

  constructor(isUsable: (held: HeldToken) => boolean) {
    this.#isUsable = isUsable;
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
  forgetExpiredUrls(now: number): void {
    // the clock is read once: hours of tokens may be at hand
    for (const map of [this.#urls, this.#paths]) {
      for (const [short, tokens] of map) {
        const kept = tokens.filter((held) => isUnexpired(held, now));
        if (kept.length === 0) map.delete(short);
        else if (kept.length < tokens.length) map.set(short, kept);
      }
    }
  }

  /** The token for `key`: of the exact URL, or else of the longest prefix; an unusable one only without another. */
  find(key: string): HeldToken | undefined {
    const exact = heldFor(this.#urls, key);
    if (exact && this.#isUsable(exact)) return exact;
    const ofPath = this.#paths.size ? heldFor(this.#paths, pathOf(key)) : undefined;
    const found = [exact, ofPath, ...this.#folders.above(key)];
    return found.find((held) => held && this.#isUsable(held)) ?? found.find((held) => held !== undefined);
  }

  /** The tokens of folders, unusable ones too. */
  folders(): Iterable<HeldToken> {
    return this.#folders.values();
  }

  /** The tokens of URLs and paths, the latest last. */
  urls(): HeldToken[] {
    return [...this.#paths.values(), ...this.#urls.values()].flat();
  }
}
