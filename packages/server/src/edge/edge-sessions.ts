import type { Sessions } from '../sessions/sessions.ts';
import type { GrantedVerdict } from '../token/verdict.ts';

/** Age of the list in milliseconds from which the edge asks for a new one, and still judges requests by the old one. */
const refreshAfterMs = 2000;
/** Age of the list in milliseconds from which requests wait for a new one, twice for `patienceMs` at most. */
const waitAfterMs = 3000;
/**
 * Milliseconds that a request waits for a call. In workerd, the call may have ended together with the request that made
 * it.
 */
const patienceMs = 1000;
/** Age of the list in milliseconds from which a strict edge no longer judges requests by it. */
const staleAfterMs = 5000;

interface EdgeSessionsOptions {
  readonly sessions: Sessions;
  readonly strict: boolean;
  readonly clock: () => number;
  readonly onError: (error: unknown) => void;
}

/**
 * The ended sessions that an edge knows: a list in memory. Requests trigger its renewal, so it needs no timer. It keeps
 * an entry until the last token of the session has expired. During an outage of the store, the last list stays valid;
 * with `strict`, it stays valid for five seconds.
 */
export class EdgeSessions {
  readonly #options: EdgeSessionsOptions;
  readonly #ended = new Map<string, number>();
  #version: string | undefined;
  /** The time at which the call was sent that brought the list. */
  #askedMs = -Infinity;
  #call: { readonly startedMs: number; readonly done: Promise<void> } | undefined;
  #failedMs = -Infinity;

  constructor(options: EdgeSessionsOptions) {
    this.#options = options;
  }

  /**
   * Tells whether the session of a token that was let through has been ended.
   *
   * @throws with `strict`, an error if the list is too old because the store is unavailable
   */
  async haveEnded({ session }: GrantedVerdict): Promise<boolean> {
    if (session === undefined) return false;
    if (this.#sinceMs(this.#askedMs) >= refreshAfterMs) void this.#refreshed();
    for (let i = 0; i < 2 && this.#hasToWait(); i++) {
      const call = this.#refreshed();
      // The first request that has waited in vain makes another call, which the others join.
      if ((await isLate(call)) && this.#call?.done === call) this.#call = undefined;
    }
    if (this.#options.strict && this.#sinceMs(this.#askedMs) >= staleAfterMs)
      throw new Error('sessions: the store is away, and this edge is strict. Check the store.');
    return (this.#ended.get(session) ?? 0) > this.#options.clock();
  }

  /** Whether the list is old, unless the store has just failed: requests do not wait for it again. */
  #hasToWait(): boolean {
    return this.#sinceMs(this.#askedMs) >= waitAfterMs && this.#sinceMs(this.#failedMs) >= staleAfterMs;
  }

  /** Joins the last call, or makes one: one at a time, and one every two seconds during an outage of the store. */
  #refreshed(): Promise<void> {
    if (!this.#call || this.#sinceMs(this.#call.startedMs) >= refreshAfterMs) {
      const startedMs = this.#options.clock();
      const done = this.#ask(startedMs);
      // If no request waits, the rejection by a clock that fails would end the process.
      done.catch(() => undefined);
      this.#call = { startedMs, done };
    }
    return this.#call.done;
  }

  /** Returns the milliseconds since a time of the clock; Infinity if the clock was set back since. */
  #sinceMs(thenMs: number): number {
    const ms = this.#options.clock() - thenMs;
    return ms >= 0 ? ms : Infinity;
  }

  async #ask(nowMs: number): Promise<void> {
    try {
      const list = await this.#options.sessions.ended(this.#version);
      for (const [id, untilMs] of this.#ended) if (untilMs <= nowMs) this.#ended.delete(id);
      // Keep entries that a restarted store has forgotten.
      for (const { id, untilMs } of list?.sessions ?? []) this.#ended.set(id, untilMs);
      this.#version = list?.version ?? this.#version;
      this.#askedMs = nowMs;
      this.#failedMs = -Infinity;
    } catch (error) {
      this.#failedMs = this.#options.clock();
      this.#options.onError(error);
    }
  }
}

/** Tells whether a call takes longer than `patienceMs`. */
async function isLate(call: Promise<void>): Promise<boolean> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(true), patienceMs);
  });
  return Promise.race([call.then(() => false), late]).finally(() => clearTimeout(timer));
}
