import { BoundedMap } from '../bounded-map.ts';
import type { Token } from '../contract/token.ts';
import { foldersOf, pathOf } from '../url-text.ts';
import type { HeldToken, TokenState } from './held-token.ts';
import type { ServerClock } from './server-clock.ts';

/** Returns the scope that a token opens. @param key the key of the URL or folder that it opens */
export function scopeOpenedBy({ prefix, anyQuery }: Token, key: string): string {
  if (prefix) return `folder ${key}`;
  return anyQuery ? `path ${pathOf(key)}` : `url ${key}`;
}

/** Yields the scopes in which a token may open `key`, the narrowest first. */
function* scopesOf(key: string): Iterable<string> {
  yield `url ${key}`;
  yield `path ${pathOf(key)}`;
  for (const folder of foldersOf(key)) yield `folder ${folder}`;
}

/** The tokens at hand, by scope. */
export class TokenStore {
  readonly #clock: ServerClock;
  readonly #isFailing: () => boolean;
  readonly #held = new BoundedMap<string, HeldToken>();
  readonly #callOf = new WeakMap<Token, number>();
  /** A rotation of the secret has outdated the tokens of this call and of all calls before it. */
  outdatedCall = -1;

  /** @param isFailing whether the endpoint fails: then a token that a rotation has outdated is better than none */
  constructor(clock: ServerClock, isFailing: () => boolean) {
    this.#clock = clock;
    this.#isFailing = isFailing;
  }

  stateOf(held: HeldToken): TokenState {
    const isOutdated = this.isOutdated(held.token) && !this.#isFailing();
    return isOutdated ? 'spent' : held.stateAt(this.#clock.now());
  }

  /** Whether requests go out with `held`. Without a usable token they wait. */
  isUsable(held: HeldToken | undefined): held is HeldToken {
    return held !== undefined && this.stateOf(held) !== 'spent';
  }

  add(held: HeldToken): void {
    this.#held.set(held.scope, held);
    this.#callOf.set(held.token, held.call);
  }

  /** Whether it is known that a rotation has outdated `token`, which may have been replaced since. */
  isOutdated(token: Token): boolean {
    return (this.#callOf.get(token) ?? Infinity) <= this.outdatedCall;
  }

  /**
   * Forgets tokens of URLs that have ended. Those of folders stay, because they tell which URLs share a token; but not
   * those that the page has brought, because the endpoint may sign each URL.
   */
  forgetSpent(): void {
    for (const [scope, held] of this.#held)
      if ((!held.isFolder || !held.call) && !this.isUsable(held)) this.#held.delete(scope);
  }

  /** Returns the narrowest usable token for `key`; if there is none, the narrowest. */
  find(key: string): HeldToken | undefined {
    let found: HeldToken | undefined;
    for (const scope of scopesOf(key)) {
      const held = this.#held.get(scope);
      if (this.isUsable(held)) return held;
      found ??= held;
    }
    return found;
  }

  /** Returns the scope that `key` shares with other URLs, as far as it is known: calls and denials go by it. */
  scopeOf(key: string): string {
    return this.find(key)?.scope ?? `url ${key}`;
  }

  /**
   * Returns the tokens in use, and that of the folder that was used last: its player may wait to go on.
   * @param sessionNow the time by `ServerClock.sessionNow`, in seconds
   */
  inUse(sessionNow: number): HeldToken[] {
    const used = [...this.#held.values()].filter(({ isUsed }) => isUsed);
    used.sort((one, other) => one.usedAt - other.usedAt);
    const latest = used.filter(({ isFolder }) => isFolder).pop();
    return used.filter((held) => held === latest || sessionNow - held.usedAt < held.lifetime);
  }

  get isEmpty(): boolean {
    return this.#held.size === 0;
  }

  /** Returns all tokens at hand, the latest last. */
  all(): Iterable<HeldToken> {
    return this.#held.values();
  }

  clear(): void {
    this.#held.clear();
  }
}
