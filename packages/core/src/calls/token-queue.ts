import { BoundedMap } from '../bounded-map.ts';
import type { SecureTokenError } from '../contract/errors.ts';
import type { TokenReason } from '../contract/options.ts';
import { MAX_URLS_PER_CALL } from '../contract/options.ts';
import type { SignOptions } from '../contract/token-source.ts';
import type { SourceContext } from '../source-context.ts';
import { listenForNetwork } from '../waiting.ts';
import type { Backoff } from './backoff.ts';
import { pauseAfter } from './backoff.ts';
import { decide, isAboutUrls } from './decide.ts';
import { Denials } from './denials.ts';
import type { Answered } from './endpoint-client.ts';
import { EndpointClient } from './endpoint-client.ts';
import type { Failed } from './find-bad-urls.ts';
import { findBadUrls } from './find-bad-urls.ts';
import { PendingToken } from './pending-token.ts';
import type { Outcomes } from './take-answer.ts';
import { takeAnswer } from './take-answer.ts';

/** Seconds for which a scope is not asked for ahead of use, after a call has brought no token for it. */
const COOLDOWN_SECONDS = 10;
/** Seconds for which nothing is guessed, after guesses have got no token. */
const GUESS_COOLDOWN_SECONDS = 60;
/** The longest timer, in seconds: `setTimeout` overflows at 2^31 ms. */
const LONGEST_TIMER = 2_000_000;

/**
 * Gets tokens. What is asked for is a `PendingToken`: it waits in the queue, is sent in a call with others, and is
 * settled. If the endpoint fails while a request waits for it, it goes back into the queue.
 */
export class TokenQueue {
  readonly client: EndpointClient;
  readonly backoff: Backoff;
  readonly #context: SourceContext;
  readonly #denials: Denials;
  /** All pending tokens, by the scope of their URL and by the scope that they share with others. */
  readonly #pending = new Map<string, PendingToken>();
  /** Those of them that no call under way is for. */
  readonly #queue = new Set<PendingToken>();
  /** URLs that failed alone while others got tokens: each gets a call of its own, which makes no other call pause. */
  readonly #alone = new BoundedMap<string, true>();
  /** Until when a scope is not asked for ahead of use, in seconds of the session. */
  readonly #coolsUntil = new BoundedMap<string, number>();
  #mayGuessAt = -Infinity;
  readonly #whenOnline = (): void => this.wake();
  readonly #destroying = new AbortController();
  /** The error of whoever asks after `stop()`. */
  #stopped: SecureTokenError | undefined;
  #isAboutToSend = false;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(context: SourceContext, backoff: Backoff) {
    this.#context = context;
    this.backoff = backoff;
    this.client = new EndpointClient(context);
    this.#denials = new Denials(context.store);
  }

  /** Gets a new token for `key`, for a request that waits. @throws the error of the call; the reason of `signal` */
  async obtain(key: string, reason: TokenReason, how: SignOptions = {}): Promise<void> {
    const error = this.#stopped ?? this.denialOf(key);
    if (error) throw error;
    const pending = this.#find(key) ?? this.#add(key, reason, false);
    // the endpoint may answer any other reason with a token that it made before
    if (reason === 'refused') pending.reason = reason;
    await pending.wait(how);
  }

  /** Asks for a token that no request waits for. Does nothing in an outage. */
  ask(key: string, reason: TokenReason, isGuess = false): void {
    if (this.#stopped || this.backoff.secondsLeftAhead > 0 || this.#context.isIdle()) return;
    if (!this.isAskedFor(key) && !this.isHopeless(key)) this.#add(key, reason, isGuess);
  }

  /** Whether a token for `key`, or for another URL of the same scope, is asked for. */
  isAskedFor(key: string): boolean {
    return this.#find(key) !== undefined;
  }

  /** Whether no call would bring a token for a URL ahead of use. */
  isHopeless(key: string): boolean {
    const coolsUntil = this.#coolsUntil.get(this.#context.store.scopeOf(key)) ?? -Infinity;
    return this.#now() < coolsUntil || this.denialOf(key) !== undefined;
  }

  /** Whether names may be guessed: the endpoint has given tokens for the last ones. */
  get mayGuess(): boolean {
    return this.#now() >= this.#mayGuessAt;
  }

  denialOf(key: string): SecureTokenError | undefined {
    return this.#denials.of(key);
  }

  /** Lifts denials, because the viewer may have changed. */
  liftDenials(): void {
    this.client.noteLifted(this.#denials.lift());
  }

  /** Ends the pause after a failure, because the network or the viewer is back. */
  wake(): void {
    this.backoff.end();
    for (const pending of this.#queue) pending.forgetFailures();
    queueMicrotask(() => this.#send());
  }

  /** Ends all calls. Requests that wait fail with `error`. */
  stop(error: SecureTokenError): void {
    this.#stopped = error;
    this.#destroying.abort();
    clearTimeout(this.#timer);
    listenForNetwork(this.#whenOnline, false);
    for (const pending of new Set(this.#pending.values())) this.#settle(pending, error);
  }

  #now(): number {
    return this.#context.clock.sessionNow();
  }

  #find(key: string): PendingToken | undefined {
    return this.#pending.get(`url ${key}`) ?? this.#pending.get(this.#context.store.scopeOf(key));
  }

  #add(key: string, reason: TokenReason, isGuess: boolean): PendingToken {
    const { store, protection } = this.#context;
    const pending = new PendingToken(key, store.scopeOf(key), store.find(key), reason, isGuess);
    protection.noteNamed(key);
    this.#pending.set(`url ${key}`, pending).set(pending.scope, pending);
    this.#queue.add(pending);
    // all that is asked for in this task goes out in one call
    if (!this.#isAboutToSend) queueMicrotask(() => this.#send());
    this.#isAboutToSend = true;
    return pending;
  }

  #settle(pending: PendingToken, error?: Error): void {
    this.#queue.delete(pending);
    for (const id of [`url ${pending.key}`, pending.scope])
      if (this.#pending.get(id) === pending) this.#pending.delete(id);
    pending.settle(error);
  }

  /** Sends what is in the queue, or comes back at the end of the pause. */
  #send(): void {
    this.#isAboutToSend = false;
    if (this.#stopped) return;
    this.#dropUnawaited();
    this.#comeBack();
    const ready = [...this.#queue].filter((pending) => this.#secondsLeft(pending) <= 0);
    ready.sort((one, other) => one.rank - other.rank);
    const together = ready.filter(({ key }) => !this.#alone.has(key));
    for (let from = 0; from < together.length; from += MAX_URLS_PER_CALL)
      void this.#run(together.slice(from, from + MAX_URLS_PER_CALL));
    for (const pending of ready) if (this.#alone.has(pending.key)) void this.#run([pending]);
  }

  /** Takes out of the queue what has failed, and nobody waits for any more: in a long pause, only patient callers wait. */
  #dropUnawaited(): void {
    const { failFastError } = this.backoff;
    for (const pending of [...this.#queue]) {
      if (failFastError) pending.failed(failFastError, 0);
      if (pending.isRepeated && !pending.isAwaited) this.#settle(pending, failFastError);
    }
  }

  /** Comes back at the end of each pause, and when the network returns. */
  #comeBack(): void {
    const { secondsLeft, isFailing } = this.backoff;
    // the network may return while a call is under way whose answer is lost
    listenForNetwork(this.#whenOnline, secondsLeft > 0 || (isFailing && this.#pending.size > 0));
    clearTimeout(this.#timer);
    const pauses = [secondsLeft, ...[...this.#queue].map((pending) => this.#secondsLeft(pending))];
    const next = Math.min(...pauses.filter((seconds) => seconds > 0));
    if (next < Infinity) this.#timer = setTimeout(() => this.#send(), Math.min(next, LONGEST_TIMER) * 1000);
  }

  /** Returns the seconds until a call for the token may be made; not above 0 if it may be made now. */
  #secondsLeft({ notBefore }: PendingToken): number {
    return Math.max(this.backoff.secondsLeft, notBefore - this.#now());
  }

  /** Makes a call, and decides what becomes of it if it fails. */
  async #run(tokens: readonly PendingToken[]): Promise<void> {
    const { logins } = this.#denials;
    const error = await this.#call(tokens);
    if (error) await this.#failed({ tokens, error }, logins);
    // what is in the queue by now, and the listener for the network
    this.#send();
  }

  /** Makes one call, and takes in its answer. @returns the error of a call that has failed as a whole */
  async #call(tokens: readonly PendingToken[]): Promise<SecureTokenError | undefined> {
    if (this.#stopped) return this.#stopped;
    for (const pending of tokens) this.#queue.delete(pending);
    const keys = tokens.map(({ key }) => key);
    const { reason } = tokens.find((pending) => pending.reason === 'refused') ?? tokens[0]!;
    const { logins } = this.#denials;
    let answered: Answered;
    try {
      answered = await this.client.call(keys, reason, this.#destroying.signal);
    } catch (error) {
      return error as SecureTokenError;
    }
    this.#settleAll(takeAnswer(this.#context, answered, tokens, reason), logins);
    return undefined;
  }

  /** Settles what an answer is about. @param logins `Denials.logins` when it was asked for */
  #settleAll(outcomes: Outcomes, logins: number): void {
    this.backoff.end();
    let denial: SecureTokenError | undefined;
    let missing: SecureTokenError | undefined;
    for (const [pending, error] of outcomes) {
      const isDenied = error?.code === 'ERR_DENIED';
      if (!error) {
        this.#alone.delete(pending.key);
        this.#settle(pending);
      } else if (pending.isGuess) {
        this.#pauseGuesses([pending]);
      } else if (isDenied && logins !== this.#denials.logins) {
        this.#queue.add(pending);
      } else {
        // nobody has asked for a name that was only read ahead: whoever requests it asks for himself
        const isAsked = pending.isAwaited || (isDenied && pending.replaced !== undefined);
        if (isAsked && isDenied) denial ??= this.#denials.deny(error.url!, error, false);
        else if (isAsked) missing ??= error;
        this.#giveUp(pending, error);
      }
    }
    if (denial) this.#context.emit('tokendenied', { error: denial });
    if (missing) this.#context.emit('tokenerror', { error: missing });
  }

  /** @param logins `Denials.logins` when the call was sent; @param isSplit whether it is left of a call that was split */
  async #failed({ tokens, error }: Failed, logins: number, isSplit = false): Promise<void> {
    if (this.#stopped) return;
    const guesses = tokens.filter(({ isGuess }) => isGuess);
    const isBeforeLogin = logins !== this.#denials.logins;
    const decision = decide(error, { tokens: tokens.length, hasGuesses: guesses.length > 0, isSplit, isBeforeLogin });
    if (decision === 'drop guesses' || decision === 'ask again') {
      const dropped = decision === 'drop guesses' ? guesses : [];
      this.#pauseGuesses(dropped);
      for (const pending of tokens) if (!dropped.includes(pending)) this.#queue.add(pending);
      return;
    }
    // the app has heard of a call that was split
    const isTold = isSplit && isAboutUrls(error);
    if (decision !== 'deny' && !isTold) this.#context.emit('tokenerror', { error });
    if (decision === 'split') {
      const bad = await findBadUrls({ tokens, error }, (half) => this.#call(half), isAboutUrls);
      for (const part of bad) await this.#failed(part, logins, true);
      return;
    }
    if (isSplit && tokens.length === 1) this.#alone.set(tokens[0]!.key, true);
    if (decision === 'retry') {
      this.#retry(tokens, error);
      return;
    }
    if (decision === 'deny') for (const { key } of tokens) this.#denials.deny(key, error, true);
    for (const pending of tokens) this.#giveUp(pending, error);
    if (decision === 'deny') this.#context.emit('tokendenied', { error });
  }

  /** Begins a pause. What somebody waits for goes back into the queue. */
  #retry(tokens: readonly PendingToken[], error: SecureTokenError): void {
    const { clock, settings } = this.#context;
    const isAlone = this.#alone.has(tokens[0]!.key);
    const isAwaited = tokens.some((pending) => pending.isAwaited);
    const now = clock.now();
    const secondsToSpare = Math.min(...tokens.map(({ replaced }) => (replaced?.unusableAt ?? Infinity) - now));
    if (!isAlone) this.backoff.failed(error, isAwaited, secondsToSpare);
    const limit = this.backoff.failFastError ? 0 : settings.limit;
    for (const pending of tokens) {
      pending.failed(error, limit);
      if (isAlone) pending.notBefore = this.#now() + pauseAfter(1, 0, settings.random(), settings.backoffLimit);
      if (pending.isAwaited) this.#queue.add(pending);
      else this.#settle(pending, error);
    }
  }

  /** Lets guesses fail silently, and guesses nothing for a while. */
  #pauseGuesses(guesses: readonly PendingToken[]): void {
    if (guesses.length > 0) this.#mayGuessAt = this.#now() + GUESS_COOLDOWN_SECONDS;
    for (const guess of guesses) this.#settle(guess);
  }

  #giveUp(pending: PendingToken, error: SecureTokenError): void {
    this.#coolsUntil.set(pending.scope, this.#now() + COOLDOWN_SECONDS);
    this.#settle(pending, error);
  }
}
