import type { Backoff } from './backoff.ts';
import { BoundedMap } from '../bounded-map.ts';
import { isAboutUrls, isolateFailure, mayBeAboutPredictions } from './isolate-failure.ts';
import { MAX_URLS_PER_CALL } from '../contract/call-limit.ts';
import { SecureTokenError } from '../contract/secure-token-error.ts';
import type { TokenReason } from '../contract/token-source-options.ts';

/** Somebody waits for the token of a URL. */
interface Waiting {
  readonly url: string;
  /** Nobody waits: the URL may never exist. */
  readonly isPredicted: boolean;
  readonly settle: (error: SecureTokenError | undefined) => void;
}

interface Batch {
  waiting: Waiting[];
  reason: TokenReason;
}

/** One call; resolves to what went wrong. */
type Call = (wanted: WantedUrls) => Promise<SecureTokenError | undefined>;

export interface WantedUrls {
  readonly urls: readonly string[];
  /** The URLs among `urls` that may not exist yet. */
  readonly predicted: ReadonlySet<string>;
  readonly reason: TokenReason;
}

/** Nobody is told: those who have asked have left. */
const abandoned = (): SecureTokenError =>
  new SecureTokenError('ERR_SIGNING_UNAVAILABLE', 'Nobody waits for this token any more.');

/** Nobody is told: a prediction has only its place in a call, and gives it to what is wanted. */
const noRoom = (): SecureTokenError =>
  new SecureTokenError('ERR_SIGNING_UNAVAILABLE', 'The call has no room for a predicted URL.');

const settleAll = (waiting: readonly Waiting[], error?: SecureTokenError): void => {
  for (const { settle } of waiting) settle(error);
};

/** The calls to the signing endpoint: batched, and tried again after a pause. */
export class SigningQueue {
  readonly #backoff: Backoff;
  readonly #call: Call;
  readonly #isAbandoned: () => boolean;
  /** URLs that have failed alone while others had their tokens. Each is called for alone, and nothing else pauses. */
  readonly #failing = new BoundedMap<string, true>();
  /** Still takes in URLs. */
  #open: Batch | undefined;

  /** @param isAbandoned whether nobody needs a token: what was asked for before a pause is then not called for */
  constructor(backoff: Backoff, call: Call, isAbandoned: () => boolean) {
    this.#backoff = backoff;
    this.#call = call;
    this.#isAbandoned = isAbandoned;
  }

  /**
   * Asks for `url` along with whatever else is wanted in this task, or until a pause ends. Resolves to what went wrong.
   * @param isPredicted it may never exist: it is left out where there is no room, and after the first failure
   */
  ask(url: string, reason: TokenReason, isPredicted = false): Promise<SecureTokenError | undefined> {
    if (this.#failing.has(url)) return this.#callAlone({ url, isPredicted, settle: () => undefined }, reason);
    return new Promise((settle) => {
      const batch = this.#batchFor(reason, isPredicted);
      if (!batch) {
        settle(noRoom());
        return;
      }
      batch.waiting.push({ url, isPredicted, settle });
      // must be told: the endpoint may answer any other reason with a token that it made before
      if (reason === 'refused') batch.reason = reason;
    });
  }

  #batchFor(reason: TokenReason, isPredicted: boolean): Batch | undefined {
    const { waiting = [] } = this.#open ?? {};
    if (this.#open && waiting.length < MAX_URLS_PER_CALL) return this.#open;
    if (this.#open && isPredicted) return undefined;
    const last = waiting.map((it) => it.isPredicted).lastIndexOf(true);
    if (this.#open && last >= 0) {
      for (const { settle } of waiting.splice(last, 1)) settle(noRoom());
      return this.#open;
    }
    const batch: Batch = { waiting: [], reason };
    this.#open = batch;
    void this.#deliver(batch);
    return batch;
  }

  async #deliver(batch: Batch): Promise<void> {
    // whatever goes wrong because of its URLs is taken apart once
    let canBeSplit = true;
    let { waiting }: { waiting: readonly Waiting[] } = batch;
    for (;;) {
      // also without a pause this takes a microtask: whatever else is wanted in this task comes along
      const isHeldUp = this.#backoff.isPaused;
      const blockedBy = await this.#backoff.ready();
      if (this.#open === batch) this.#open = undefined;
      if (isHeldUp && this.#isAbandoned()) {
        settleAll(waiting, abandoned());
        return;
      }
      const error = blockedBy ?? (await this.#callOnce(waiting, batch.reason));
      if (!error || this.#backoff.blockedBy) {
        settleAll(waiting, error);
        return;
      }
      const wanted = waiting.filter(({ isPredicted }) => !isPredicted);
      if (wanted.length < waiting.length) {
        settleAll(
          waiting.filter(({ isPredicted }) => isPredicted),
          error,
        );
        waiting = batch.waiting = wanted;
        if (wanted.length === 0) return;
        // what is wrong with these the next call tells
        if (mayBeAboutPredictions(error)) continue;
      }
      // nothing new joins what fails because of its URLs
      if (canBeSplit && waiting.length > 1 && isAboutUrls(error)) {
        canBeSplit = false;
        waiting = await isolateFailure(waiting, error, {
          call: (part) => this.#callPart(part, batch.reason),
          settle: (part, failure) => {
            if (failure && part.length === 1) this.#failing.set(part[0]!.url, true);
            settleAll(part, failure);
          },
        });
        if (waiting.length === 0) return;
        this.#backoff.failed(error);
        continue;
      }
      if (error.code !== 'ERR_SIGNING_UNAVAILABLE' || this.#backoff.isExhausted) {
        settleAll(waiting, error);
        return;
      }
      // what is wanted until the next try comes along, too
      if (waiting === batch.waiting) this.#open ??= batch;
    }
  }

  async #callAlone(one: Waiting, reason: TokenReason): Promise<SecureTokenError | undefined> {
    const error = await this.#callPart([one], reason);
    if (!error) this.#failing.delete(one.url);
    return error;
  }

  async #callOnce(waiting: readonly Waiting[], reason: TokenReason): Promise<SecureTokenError | undefined> {
    const error = await this.#callFor(waiting, reason);
    const isPassing = waiting.some(({ isPredicted }) => isPredicted) && error && mayBeAboutPredictions(error);
    if (error && !isPassing) this.#backoff.failed(error);
    return this.#backoff.outcomeOf(error);
  }

  /** Part of a call that failed, and paused: another failure of the kind is no reason to pause again. */
  async #callPart(part: readonly Waiting[], reason: TokenReason): Promise<SecureTokenError | undefined> {
    const blockedBy = await this.#backoff.ready();
    if (blockedBy) return blockedBy;
    const error = await this.#callFor(part, reason);
    if (error && !isAboutUrls(error)) this.#backoff.failed(error);
    return this.#backoff.outcomeOf(error);
  }

  async #callFor(waiting: readonly Waiting[], reason: TokenReason): Promise<SecureTokenError | undefined> {
    const error = await this.#call({
      urls: waiting.map(({ url }) => url),
      predicted: new Set(waiting.filter(({ isPredicted }) => isPredicted).map(({ url }) => url)),
      reason,
    });
    if (!error) this.#backoff.succeeded();
    return error;
  }
}
