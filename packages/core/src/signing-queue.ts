import type { Backoff } from './backoff.ts';
import { isAboutUrls, isolateFailure } from './isolate-failure.ts';
import type { SecureTokenError } from './secure-token-error.ts';
import type { TokenReason } from './token-source-options.ts';

const MAX_URLS_PER_CALL = 100;

/** Somebody waits for the token of a URL. */
interface Waiting {
  readonly url: string;
  readonly settle: (error: SecureTokenError | undefined) => void;
}

interface Batch {
  readonly waiting: Waiting[];
  reason: TokenReason;
}

/** One call; resolves to what went wrong. */
type Call = (urls: readonly string[], reason: TokenReason) => Promise<SecureTokenError | undefined>;

const settleAll = (waiting: readonly Waiting[], error?: SecureTokenError): void => {
  for (const { settle } of waiting) settle(error);
};

/** The calls to the signing endpoint: batched, and tried again after a pause. */
export class SigningQueue {
  readonly #backoff: Backoff;
  readonly #call: Call;
  /** Still takes in URLs. */
  #open: Batch | undefined;

  constructor(backoff: Backoff, call: Call) {
    this.#backoff = backoff;
    this.#call = call;
  }

  /**
   * Asks for `url` along with whatever else is wanted in this task, or until a pause ends. Resolves to what went wrong.
   */
  ask(url: string, reason: TokenReason): Promise<SecureTokenError | undefined> {
    return new Promise((settle) => {
      const batch = this.#openBatch(reason);
      batch.waiting.push({ url, settle });
      // must be told: the endpoint may answer any other reason with a token that it made before
      if (reason === 'refused') batch.reason = reason;
    });
  }

  #openBatch(reason: TokenReason): Batch {
    if (this.#open && this.#open.waiting.length < MAX_URLS_PER_CALL) return this.#open;
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
      const blockedBy = await this.#backoff.ready();
      if (this.#open === batch) this.#open = undefined;
      const error = blockedBy ?? (await this.#callOnce(waiting, batch.reason));
      if (!error || this.#backoff.blockedBy) {
        settleAll(waiting, error);
        return;
      }
      // nothing new joins what fails because of its URLs
      if (canBeSplit && waiting.length > 1 && isAboutUrls(error)) {
        canBeSplit = false;
        waiting = await isolateFailure(waiting, error, {
          call: (part) => this.#callPart(part, batch.reason),
          settle: settleAll,
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

  async #callOnce(waiting: readonly Waiting[], reason: TokenReason): Promise<SecureTokenError | undefined> {
    const error = await this.#callFor(waiting, reason);
    if (error) this.#backoff.failed(error);
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
    const error = await this.#call(
      waiting.map(({ url }) => url),
      reason,
    );
    if (!error) this.#backoff.succeeded();
    return error;
  }
}
