import { optionsError } from '../errors/options-error.ts';
import type { Sessions } from '../sessions/sessions.ts';
import type { FormatSource, TokenFormat } from '../token/token-format.ts';
import type { GrantedVerdict } from '../token/verdict.ts';

/** Milliseconds of age from which the list is asked for again, while requests are judged by the one at hand. */
const refreshAfterMs = 2000;
/**
 * Milliseconds of age from which requests wait for a new list: an end is heard of within five seconds, also where a
 * request has waited for a call in vain and makes one of its own.
 */
const waitAfterMs = 3000;
/** Milliseconds of age from which a strict edge judges nothing by the list. */
const staleAfterMs = 5000;
/** Milliseconds for which a request waits for the call of another one, which may have ended together with that. */
const patienceMs = 1000;

interface EdgeSessionsOptions {
  readonly sessions: Sessions;
  readonly strict: boolean;
  readonly clock: () => number;
  readonly onError: (error: unknown) => void;
}

/**
 * The sessions that were ended, as an edge knows them: a list in memory, which is asked for when requests come, so that
 * it needs no timer. An entry is kept until the last token of its session has expired. While the store is away, the
 * last list holds; with `strict`, it holds for five seconds.
 */
export class EdgeSessions {
  readonly #options: EdgeSessionsOptions;
  readonly #ended = new Map<string, number>();
  #version: string | undefined;
  /** When the call was sent that has brought the list. */
  #askedMs = -Infinity;
  #attempt: { readonly startedMs: number; readonly done: Promise<void> } | undefined;
  #failedMs = -Infinity;

  constructor(options: EdgeSessionsOptions) {
    this.#options = options;
  }

  /**
   * Whether the session of a token that was let through has been ended.
   *
   * @throws `ERR_OPTIONS` for a format whose tokens name no session; with `strict` where nobody can say, because the
   *   store is away
   */
  async haveEnded(format: TokenFormat, { session }: GrantedVerdict): Promise<boolean> {
    checkCarriesSession(format);
    if (session === undefined) return false;
    const { clock, strict } = this.#options;
    const ageMs = this.#sinceMs(this.#askedMs);
    if (ageMs >= refreshAfterMs) {
      const refreshed = this.#refresh();
      // Nobody waits twice for a store that is away.
      if (ageMs >= waitAfterMs && !this.#hasJustFailed()) await this.#waitFor(refreshed);
    }
    if (strict && this.#sinceMs(this.#askedMs) >= staleAfterMs)
      throw new Error('sessions: the store is away, and this edge is strict. Check the store.');
    return (this.#ended.get(session) ?? 0) > clock();
  }

  /** Makes one call at a time, and one each two seconds while the store is away. */
  #refresh(): Promise<void> {
    if (!this.#attempt || this.#sinceMs(this.#attempt.startedMs) >= refreshAfterMs) {
      const nowMs = this.#options.clock();
      const done = this.#ask(nowMs);
      // Whoever waits hears of a clock that has failed meanwhile; where nobody does, it would end the process.
      done.catch(() => undefined);
      this.#attempt = { startedMs: nowMs, done };
    }
    return this.#attempt.done;
  }

  /** Milliseconds since a time of the clock; Infinity if the clock was set back since, because then nobody knows. */
  #sinceMs(thenMs: number): number {
    const ms = this.#options.clock() - thenMs;
    return ms >= 0 ? ms : Infinity;
  }

  /** A failure longer ago says nothing about the store: an edge without requests has not asked it since. */
  #hasJustFailed(): boolean {
    return this.#sinceMs(this.#failedMs) < staleAfterMs;
  }

  /**
   * In workerd, a promise that another request has started may never end. Of a crowd that waits for one, the first to
   * lose patience makes a call of its own, and the others wait for that one, too, before they do.
   */
  async #waitFor(done: Promise<void>): Promise<void> {
    if (!(await isLate([done])) || this.#hasJustFailed()) return;
    const nowMs = this.#options.clock();
    const newer = this.#attempt?.done;
    if (newer === undefined || newer === done) {
      this.#attempt = { startedMs: nowMs, done: this.#ask(nowMs) };
      await this.#attempt.done;
    } else if ((await isLate([done, newer])) && !this.#hasJustFailed()) await this.#ask(this.#options.clock());
  }

  async #ask(nowMs: number): Promise<void> {
    // A clock that was ahead has let go of entries which hold again, and which the store would not repeat.
    if (this.#askedMs > nowMs) this.#version = undefined;
    try {
      const list = await this.#options.sessions.ended(this.#version);
      for (const [id, untilMs] of this.#ended) if (untilMs <= nowMs) this.#ended.delete(id);
      // What a store has forgotten that was started again is kept.
      for (const { id, untilMs } of list?.sessions ?? []) this.#ended.set(id, untilMs);
      this.#version = list?.version ?? this.#version;
      this.#askedMs = this.#sinceMs(this.#askedMs) < Infinity ? Math.max(this.#askedMs, nowMs) : nowMs;
      this.#failedMs = -Infinity;
    } catch (error) {
      this.#failedMs = this.#options.clock();
      this.#options.onError(error);
    }
  }
}

/** Whether none of the calls ends in time. */
async function isLate(calls: readonly Promise<void>[]): Promise<boolean> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<true>((resolve) => {
    timer = setTimeout(() => resolve(true), patienceMs);
  });
  const first = await Promise.race([...calls, late]);
  clearTimeout(timer);
  return first === true;
}

interface CheckedOptions {
  readonly sessions?: Sessions;
  readonly strict?: boolean;
  readonly renew?: object;
  readonly format: FormatSource;
}

/**
 * @throws `ERR_OPTIONS` for what is none, for `strict` alone, for a format whose tokens name no session, and for an
 * edge
 *   that renews tokens, too: the store forgets a session with the last token that the endpoint has made
 */
export function checkEdgeSessions({ sessions, strict = false, renew, format }: CheckedOptions): void {
  if (sessions === undefined) {
    if (strict) throw optionsError('strict', 'It has no effect without `sessions`. Give both, or leave it out.');
    return;
  }
  if (typeof (sessions as Partial<Sessions> | null)?.ended !== 'function')
    throw optionsError('sessions', 'Give what createSessions() returns.', sessions);
  if (renew !== undefined) {
    throw optionsError(
      'renew',
      'A token that the edge renews would outlive the end of its session. Give `sessions` or `renew`, not both.',
    );
  }
  if (typeof format !== 'function') checkCarriesSession(format);
}

/** An edge that hears of no end would look like one at which none has ended. @throws `ERR_OPTIONS` */
function checkCarriesSession({ name, carriesSession }: TokenFormat): void {
  if (carriesSession === true) return;
  throw optionsError(
    'sessions',
    `Tokens of the format ${name} carry no id of a session. Use jwt() or commonAccessToken(), or leave this out.`,
  );
}
