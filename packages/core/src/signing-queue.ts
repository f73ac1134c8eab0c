import type { Backoff } from './backoff.ts';
import { isAboutUrls, isolateFailure } from './isolate-failure.ts';
import type { SecureTokenError } from './secure-token-error.ts';
import type { TokenReason } from './token-source-options.ts';

const MAX_URLS_PER_CALL = 100;

type Failures = ReadonlyMap<string, SecureTokenError>;

interface Batch {
  readonly urls: string[];
  reason: TokenReason;
  /** What went wrong, by URL. */
  readonly outcome: Promise<Failures>;
}

/** One call; resolves to what went wrong. */
type Call = (urls: readonly string[], reason: TokenReason) => Promise<SecureTokenError | undefined>;

const failAll = (urls: readonly string[], error: SecureTokenError): Failures =>
  new Map(urls.map((url) => [url, error]));

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

  /** Asks for `url` along with whatever else is wanted in this task, or until a pause ends. Resolves to what went wrong. */
  async ask(url: string, reason: TokenReason): Promise<SecureTokenError | undefined> {
    if (!this.#open || this.#open.urls.length === MAX_URLS_PER_CALL) this.#open = this.#start(reason);
    const batch = this.#open;
    batch.urls.push(url);
    // must be told: the endpoint may answer any other reason with a token that it made before
    if (reason === 'refused') batch.reason = reason;
    return (await batch.outcome).get(url);
  }

  #start(reason: TokenReason): Batch {
    const urls: string[] = [];
    // `ready` takes a microtask at least: what is wanted in this task comes along
    const batch: Batch = { urls, reason, outcome: Promise.resolve().then(() => this.#deliver(batch)) };
    return batch;
  }

  async #deliver(batch: Batch): Promise<Failures> {
    const { urls } = batch;
    for (;;) {
      const error = await this.#callOnce(urls, batch.reason, () => this.#close(batch));
      if (!error) return new Map();
      if (this.#backoff.blockedBy) return failAll(urls, error);
      // nothing new joins what fails because of its URLs
      if (urls.length > 1 && isAboutUrls(error)) {
        return isolateFailure(urls, error, (part) => this.#callOnce(part, batch.reason));
      }
      if (error.code !== 'ERR_SIGNING_UNAVAILABLE' || this.#backoff.isExhausted) return failAll(urls, error);
      // what is wanted until the next try comes along, too
      this.#open ??= batch;
    }
  }

  #close(batch: Batch): void {
    if (this.#open === batch) this.#open = undefined;
  }

  async #callOnce(
    urls: readonly string[],
    reason: TokenReason,
    beforeCall?: () => void,
  ): Promise<SecureTokenError | undefined> {
    const blockedBy = await this.#backoff.ready();
    beforeCall?.();
    if (blockedBy) return blockedBy;
    const error = await this.#call([...urls], reason);
    if (error) this.#backoff.failed(error);
    else this.#backoff.succeeded();
    return this.#backoff.blockedBy ?? error;
  }
}
