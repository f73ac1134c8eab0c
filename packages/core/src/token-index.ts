import { BoundedMap } from './bounded-map.ts';
import { FolderMap } from './folder-map.ts';
import type { RenewalTimes } from './renewal.ts';
import type { Scope } from './scope.ts';
import type { Token } from './token.ts';
import { pathOf } from './url-text.ts';

/** A token at hand. */
export interface HeldToken extends RenewalTimes {
  readonly token: Token;
  readonly scope: Scope;
  /** When its call was sent, in seconds on the endpoint's clock. */
  readonly obtainedAt: number;
}

/** The tokens at hand, by what they open. */
export class TokenIndex {
  readonly #urls = new BoundedMap<string, HeldToken>();
  readonly #paths = new BoundedMap<string, HeldToken>();
  readonly #folders = new FolderMap<HeldToken>();
  readonly #isUsable: (held: HeldToken) => boolean;

  constructor(isUsable: (held: HeldToken) => boolean) {
    this.#isUsable = isUsable;
  }

  add(held: HeldToken): void {
    const { kind, href } = held.scope;
    if (kind === 'folder') this.#folders.set(href, held);
    else (kind === 'path' ? this.#paths : this.#urls).set(href, held);
  }

  /** Those of folders stay: they tell which URLs share a token. */
  forgetUnusableUrls(): void {
    for (const map of [this.#urls, this.#paths]) {
      for (const [href, held] of map) if (!this.#isUsable(held)) map.delete(href);
    }
  }

  /** What opens `key`: the exact URL first, then the longest prefix; an unusable token only if there is no other. */
  find(key: string): HeldToken | undefined {
    const exact = this.#urls.get(key);
    if (exact && this.#isUsable(exact)) return exact;
    const ofPath = this.#paths.size ? this.#paths.get(pathOf(key)) : undefined;
    const found = [exact, ofPath, ...this.#folders.above(key)];
    return found.find((held) => held && this.#isUsable(held)) ?? found.find((held) => held !== undefined);
  }

  /** Those of folders, unusable ones too. */
  folders(): Iterable<HeldToken> {
    return this.#folders.values();
  }

  /** Those of URLs and paths, the latest last. */
  urls(): HeldToken[] {
    return [...this.#paths.values(), ...this.#urls.values()];
  }
}
