import type { TokenCalls } from '../calls/token-calls.ts';
import type { SourceParts } from '../source-parts.ts';

/** The shortest and the longest time between two checks, in seconds: machines sleep, and clocks are set. */
const SOONEST = 0.25;
const LATEST = 10;
/** Seconds between two checks while a token is due: the call may not have been made, or not have brought another one. */
const WHILE_DUE = 1;

/** Renews the tokens of folders that are played, before they end. */
export class Renewals {
  readonly #parts: SourceParts;
  readonly #calls: TokenCalls;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(parts: SourceParts, calls: TokenCalls) {
    this.#parts = parts;
    this.#calls = calls;
  }

  /** Starts the timer, if it does not run: the token of a folder was attached. */
  start(): void {
    if (this.#timer === undefined) this.#check();
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #check(): void {
    this.stop();
    const { store, clock, isIdle } = this.#parts;
    if (isIdle()) return;
    const now = clock.now();
    let next = Infinity;
    for (const held of store.all()) {
      // a token that no request has got since its call is not renewed once more
      if (!held.isFolder || !held.isUsed || !store.isUsable(held)) continue;
      if (now < held.renewAt) next = Math.min(next, held.renewAt - now);
      // the endpoint may have answered with a token for a deeper folder, or for single URLs, which requests use by now
      else if (held.isPlayed(clock.sessionNow()) && store.find(held.usedBy) === held) {
        this.#calls.ask(held.usedBy, 'expiring');
        next = Math.min(next, WHILE_DUE);
      }
    }
    if (next === Infinity) return;
    this.#timer = setTimeout(() => this.#check(), Math.min(LATEST, Math.max(SOONEST, next)) * 1000);
  }
}
