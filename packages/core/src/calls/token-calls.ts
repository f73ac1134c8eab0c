import { BoundedMap } from '../bounded-map.ts';
import type { SecureTokenError } from '../contract/errors.ts';
import type { TokenReason } from '../contract/options.ts';
import { MAX_URLS } from '../contract/options.ts';
import type { SignOptions } from '../contract/token-source.ts';
import { abortWith, reasonOf } from '../older-browsers.ts';
import type { SourceParts } from '../source-parts.ts';
import { abortable, listenForNetwork } from '../waiting.ts';
import { isAboutGuesses, isAboutUrls } from './failure.ts';
import { Intake } from './intake.ts';
import type { Outage } from './outage.ts';
import { Want, halvesOf } from './want.ts';

/** The largest number of calls into which a failed one is split. */
const MAX_SPLITS = 8;
/** Seconds for which a scope is not asked for ahead of use, after a call has brought no token for it. */
const REST_SECONDS = 10;
/** Seconds for which nothing is guessed, after guesses have got no token. */
const GUESS_REST_SECONDS = 60;
/** The longest timer, in seconds: `setTimeout` overflows at 2^31 ms. */
const LONGEST_TIMER = 2_000_000;

/**
 * Gets tokens. What is asked for is a `Want`: it waits in the queue, is sent in a call with others, and ends with its
 * outcome. If the endpoint fails while a request waits for it, it goes back into the queue.
 */
export class TokenCalls {
  readonly intake: Intake;
  readonly outage: Outage;
  readonly #parts: SourceParts;
  /** All wants, by the scope of their URL and by the scope that they share with others. */
  readonly #wants = new Map<string, Want>();
  /** Those of them that no call under way is for. */
  readonly #queue = new Set<Want>();
  /** URLs that failed alone while others got tokens: each gets a call of its own, which makes no other call pause. */
  readonly #alone = new BoundedMap<string, true>();
  /** Until when a scope is not asked for ahead of use, in seconds of the session. */
  readonly #restsUntil = new BoundedMap<string, number>();
  #mayGuessAt = -Infinity;
  readonly #whenOnline = (): void => this.wake();
  readonly #destroying = new AbortController();
  #isAboutToSend = false;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(parts: SourceParts, outage: Outage) {
    this.#parts = parts;
    this.outage = outage;
    this.intake = new Intake(parts);
  }

  /** Gets a new token for `key`, for a request that waits. @throws the error of the call; the reason of `signal` */
  async obtain(key: string, reason: TokenReason, { signal, patient }: SignOptions = {}): Promise<void> {
    const want = this.wantFor(key) ?? this.#add(key, reason, false);
    want.isGuess = false;
    // the endpoint may answer any other reason with a token that it made before
    if (reason === 'refused') want.reason = reason;
    want.waiting++;
    if (patient) want.patient++;
    try {
      await abortable(want.ended, signal);
    } finally {
      want.waiting--;
      if (patient) want.patient--;
    }
  }

  /** Asks for a token that no request waits for. Does nothing in an outage. */
  ask(key: string, reason: TokenReason, isGuess = false): void {
    if (this.outage.secondsLeftAhead > 0 || this.#parts.isIdle()) return;
    if (!this.wantFor(key) && !this.isHopeless(key)) this.#add(key, reason, isGuess);
  }

  /** Whether names may be guessed: the endpoint has given tokens for the last ones. */
  get mayGuess(): boolean {
    return this.#now() >= this.#mayGuessAt;
  }

  /** Returns the want for `key`, or for another URL of the same scope. */
  wantFor(key: string): Want | undefined {
    return this.#wants.get(`url ${key}`) ?? this.#wants.get(this.#parts.store.scopeOf(key));
  }

  /** Whether no call would bring a token for a URL ahead of use. */
  isHopeless(key: string): boolean {
    const restsUntil = this.#restsUntil.get(this.#parts.store.scopeOf(key)) ?? -Infinity;
    return this.#now() < restsUntil || this.intake.denialOf(key) !== undefined;
  }

  /** Ends the pause after a failure, because the network or the viewer is back. */
  wake(): void {
    this.outage.end();
    for (const want of this.#queue) want.tries = 0;
    queueMicrotask(() => this.#send());
  }

  /** Ends all calls. Requests that wait fail with `error`. */
  stop(error: SecureTokenError): void {
    abortWith(this.#destroying, error);
    clearTimeout(this.#timer);
    listenForNetwork(this.#whenOnline, false);
    for (const want of new Set(this.#wants.values())) this.#end(want, error);
  }

  #now(): number {
    return this.#parts.clock.sessionNow();
  }

  #add(key: string, reason: TokenReason, isGuess: boolean): Want {
    const { store, protection } = this.#parts;
    const want = new Want(key, store.scopeOf(key), store.find(key), reason, isGuess);
    const { signal } = this.#destroying;
    const error = signal.aborted ? reasonOf(signal) : this.intake.denialOf(key);
    if (error) {
      want.settle(error);
      return want;
    }
    protection.noteNamed(key);
    this.#wants.set(`url ${key}`, want).set(want.scope, want);
    this.#queue.add(want);
    // all that is asked for in this task goes out in one call
    if (!this.#isAboutToSend) queueMicrotask(() => this.#send());
    this.#isAboutToSend = true;
    return want;
  }

  #end(want: Want, error?: Error): void {
    this.#queue.delete(want);
    for (const id of [`url ${want.key}`, want.scope]) if (this.#wants.get(id) === want) this.#wants.delete(id);
    want.settle(error);
  }

  /** Sends what is in the queue, or comes back at the end of the pause. */
  #send(): void {
    this.#isAboutToSend = false;
    clearTimeout(this.#timer);
    const { secondsLeft, blockedBy, isFailing } = this.outage;
    if (blockedBy) for (const want of [...this.#queue]) if (!want.patient) this.#end(want, blockedBy);
    const isPaused = secondsLeft > 0 && !this.#destroying.signal.aborted;
    // the network may return while a call is under way whose answer is lost
    listenForNetwork(this.#whenOnline, isPaused || (isFailing && this.#wants.size > 0));
    if (isPaused) this.#timer = setTimeout(() => this.#send(), Math.min(secondsLeft, LONGEST_TIMER) * 1000);
    if (secondsLeft > 0) return;
    const together: Want[] = [];
    for (const want of [...this.#queue].sort((one, other) => one.rank - other.rank)) {
      if (want.tries > 0 && !want.waiting) this.#end(want);
      else if (this.#alone.has(want.key)) void this.#call([want]);
      else together.push(want);
    }
    for (let from = 0; from < together.length; from += MAX_URLS) {
      void this.#call(together.slice(from, from + MAX_URLS));
    }
  }

  /** Makes one call. @param fail decides what becomes of the wants if the call fails as a whole */
  async #call(wants: readonly Want[], fail = this.#fail): Promise<void> {
    for (const want of wants) {
      this.#queue.delete(want);
      want.tries++;
    }
    try {
      this.#settle(await this.intake.call(wants, this.#destroying.signal));
    } catch (error) {
      if (!this.#destroying.signal.aborted) await fail(wants, error as SecureTokenError);
    }
    // what is in the queue by now, and the listener for the network
    this.#send();
  }

  #settle(outcomes: ReadonlyMap<Want, SecureTokenError | undefined>): void {
    this.outage.end();
    for (const [want, error] of outcomes) {
      if (!error) this.#alone.delete(want.key);
      else if (want.isGuess) this.#mayGuessAt = this.#now() + GUESS_REST_SECONDS;
      else this.#rest(want);
      this.#end(want, want.isGuess ? undefined : error);
    }
  }

  readonly #fail = async (wants: readonly Want[], error: SecureTokenError): Promise<void> => {
    const guesses = wants.filter(({ isGuess }) => isGuess);
    if (guesses.length && isAboutGuesses(error)) {
      this.#mayGuessAt = this.#now() + GUESS_REST_SECONDS;
      for (const guess of guesses) this.#end(guess);
      const others = wants.filter((want) => !guesses.includes(want));
      if (others.length) await this.#call(others);
    } else if (isAboutUrls(error) && wants.length > 1) {
      this.#parts.emit('tokenerror', { error });
      await this.#split(wants, error);
    } else if (error.code === 'ERR_DENIED') {
      this.intake.denyAll(wants, error);
      this.#giveUp(wants, error);
    } else {
      this.#parts.emit('tokenerror', { error });
      const isOutage = error.code === 'ERR_SIGNING_UNAVAILABLE' && !this.#alone.has(wants[0]!.key);
      if (isOutage) this.#retry(wants, error);
      else this.#giveUp(wants, error);
    }
  };

  /** Begins a pause. Wants for which a request waits go back into the queue; the others end. */
  #retry(wants: readonly Want[], error: SecureTokenError): void {
    const now = this.#parts.clock.now();
    this.outage.failed(error, Math.min(...wants.map(({ before }) => (before?.unusableAt ?? Infinity) - now)));
    for (const want of wants) {
      const mayGoOn = want.tries <= this.#parts.settings.limit && !this.outage.blockedBy;
      if (want.patient || (want.waiting && mayGoOn)) this.#queue.add(want);
      else this.#end(want, error);
    }
  }

  #giveUp(wants: readonly Want[], error: SecureTokenError): void {
    for (const want of wants) {
      this.#rest(want);
      this.#end(want, error);
    }
  }

  #rest({ scope }: Want): void {
    this.#restsUntil.set(scope, this.#now() + REST_SECONDS);
  }

  /** Calls for halves of what has failed together, so that one bad URL fails alone, and breadth first: most get tokens. */
  async #split(wants: readonly Want[], error: SecureTokenError): Promise<void> {
    let parts = [wants];
    for (let calls = 0; parts.length;) {
      const failed: (readonly Want[])[] = [];
      const noteFailed = async (part: readonly Want[], failure: SecureTokenError): Promise<void> => {
        if (isAboutUrls(failure)) failed.push(part);
        else await this.#fail(part, failure);
      };
      for (const part of parts.flatMap(halvesOf)) {
        if (calls++ < MAX_SPLITS) await this.#call(part, noteFailed);
        else this.#giveUp(part, error);
      }
      // an endpoint that fails for both halves fails for all URLs
      if (calls === 2 && failed.length === 2 && error.status === 500) {
        // the call and its half are one try
        for (const want of wants) want.tries--;
        this.#retry(wants, error);
        return;
      }
      for (const [bad] of failed.filter(({ length }) => length === 1)) {
        this.#alone.set(bad!.key, true);
        this.#giveUp([bad!], error);
      }
      parts = failed.filter(({ length }) => length > 1);
    }
  }
}
