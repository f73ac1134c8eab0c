import { BoundedMap } from '../bounded-maps.ts';
import { MAX_URLS_PER_CALL } from '../contract/token-source-options.ts';
import { SecureTokenError } from '../contract/secure-token-error.ts';
import type { TokenReason } from '../contract/token-source-options.ts';
import type { Backoff } from './backoff.ts';
import { isAboutUrls, isolateFailure, mayBeAboutPredictions } from './isolate-failure.ts';

/** A URL whose token is asked for. */
interface Asked {
  readonly url: string;
  readonly settle: (error: SecureTokenError | undefined) => void;
}

/** URLs that are asked for together. */
interface OpenBatch {
  reason: TokenReason;
  readonly wanted: Asked[];
  /** URLs that may never exist: they have what room the wanted ones leave, are sent once, and make nothing fail. */
  readonly predicted: Asked[];
}

/** The URLs of one call, and its reason. */
export interface WantedUrls {
  readonly urls: readonly string[];
  /** The URLs among `urls` that may not exist yet. */
  readonly predicted: ReadonlySet<string>;
  readonly reason: TokenReason;
}

interface Parts {
  readonly backoff: Backoff;
  /** Makes one call; resolves to what went wrong. */
  readonly call: (wanted: WantedUrls) => Promise<SecureTokenError | undefined>;
  /** Whether nobody needs a token any more: what was asked for before a pause is then not called for. */
  readonly isAbandoned: () => boolean;
  /** Seconds for which the first of all that is due for renewal is still used. */
  readonly restOfDue: () => number | undefined;
}

const without = (why: string): SecureTokenError => new SecureTokenError('ERR_SIGNING_UNAVAILABLE', why);

const settleAll = (asked: readonly Asked[], error?: SecureTokenError): void => {
  for (const { settle } of asked) settle(error);
};

const urlsOf = (asked: readonly Asked[]): string[] => asked.map(({ url }) => url);

/**
 * Collects what is asked for in one task, or while the endpoint is left alone, and calls for it until it is answered.
 */
export class CallBatches {
  readonly #parts: Parts;
  /** URLs that have failed alone while others had their tokens. Each is called for alone, and nothing else pauses. */
  readonly #failing = new BoundedMap<string, true>();
  /** Still takes in URLs. */
  #open: OpenBatch | undefined;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** Asks for `url` along with whatever else is asked for; resolves to what went wrong. */
  async ask(url: string, reason: TokenReason): Promise<SecureTokenError | undefined> {
    if (this.#failing.has(url)) return this.#callAlone(url, reason);
    return new Promise((settle) => {
      const hasRoom = this.#open && this.#open.wanted.length < MAX_URLS_PER_CALL;
      const batch = hasRoom ? this.#open! : this.#begin(reason);
      batch.wanted.push({ url, settle });
      // must be told: the endpoint may answer any other reason with a token that it made before
      if (reason === 'refused') batch.reason = reason;
    });
  }

  /** Asks for `url`, which may never exist, where a call leaves room for it; resolves to what went wrong. */
  predict(url: string): Promise<SecureTokenError | undefined> {
    return new Promise((settle) => (this.#open ?? this.#begin('initial')).predicted.push({ url, settle }));
  }

  #begin(reason: TokenReason): OpenBatch {
    const batch: OpenBatch = { reason, wanted: [], predicted: [] };
    this.#open = batch;
    void this.#deliver(batch);
    return batch;
  }

  async #deliver(batch: OpenBatch): Promise<void> {
    const { backoff, isAbandoned } = this.#parts;
    let wanted: readonly Asked[] = batch.wanted;
    // whatever goes wrong because of its URLs is taken apart once
    let canBeSplit = true;
    for (;;) {
      // also without a pause this takes a microtask: whatever else is wanted in this task comes along
      const isHeldUp = backoff.isPaused;
      const blockedBy = await backoff.ready();
      if (this.#open === batch) this.#open = undefined;
      const predicted = batch.predicted.splice(0);
      if (isHeldUp && isAbandoned()) {
        settleAll([...wanted, ...predicted], without('Nobody waits for this token any more.'));
        return;
      }
      const error = blockedBy ?? (await this.#callOnce(wanted, predicted, batch.reason));
      if (blockedBy) settleAll(predicted, blockedBy);
      const isFinal = !error || wanted.length === 0 || backoff.blockedBy !== undefined;
      if (!isFinal && canBeSplit && wanted.length > 1 && isAboutUrls(error)) {
        canBeSplit = false;
        wanted = await this.#takeApart(wanted, error, batch.reason);
        if (wanted.length === 0) return;
        this.#noteFailure(error);
      } else if (isFinal || error.code !== 'ERR_SIGNING_UNAVAILABLE' || backoff.isExhausted) {
        settleAll(wanted, error);
        return;
      } else if (wanted === batch.wanted) {
        // what is wanted until the next try comes along, too; nothing new joins what fails because of its URLs
        this.#open ??= batch;
      }
    }
  }

  /** Calls for `wanted`, and for as many of `predicted` as there is room for. */
  async #callOnce(
    wanted: readonly Asked[],
    predicted: readonly Asked[],
    reason: TokenReason,
  ): Promise<SecureTokenError | undefined> {
    const room = MAX_URLS_PER_CALL - wanted.length;
    settleAll(predicted.slice(room), without('The call has no room for a predicted URL.'));
    const along = predicted.slice(0, room);
    let error = await this.#call(urlsOf(wanted), reason, urlsOf(along));
    settleAll(along, error);
    if (along.length > 0 && error && mayBeAboutPredictions(error)) {
      // whether something is wrong with the wanted ones, a call without the others tells
      if (wanted.length === 0) return error;
      error = (await this.#parts.backoff.ready()) ?? (await this.#call(urlsOf(wanted), reason));
    }
    if (error) this.#noteFailure(error);
    return this.#parts.backoff.outcomeOf(error);
  }

  /** @returns what failed in an outage, to be tried again as usual */
  #takeApart(wanted: readonly Asked[], error: SecureTokenError, reason: TokenReason): Promise<readonly Asked[]> {
    return isolateFailure(wanted, error, {
      call: (part) => this.#callPart(urlsOf(part), reason),
      settle: (part, failure) => {
        if (failure && part.length === 1) this.#failing.set(part[0]!.url, true);
        settleAll(part, failure);
      },
    });
  }

  async #callAlone(url: string, reason: TokenReason): Promise<SecureTokenError | undefined> {
    const error = await this.#callPart([url], reason);
    if (!error) this.#failing.delete(url);
    return error;
  }

  /** Part of a call that failed, and paused: another failure of the kind is no reason to pause again. */
  async #callPart(urls: readonly string[], reason: TokenReason): Promise<SecureTokenError | undefined> {
    const { backoff } = this.#parts;
    const blockedBy = await backoff.ready();
    if (blockedBy) return blockedBy;
    const error = await this.#call(urls, reason);
    if (error && !isAboutUrls(error)) this.#noteFailure(error);
    return backoff.outcomeOf(error);
  }

  async #call(
    wanted: readonly string[],
    reason: TokenReason,
    predicted: readonly string[] = [],
  ): Promise<SecureTokenError | undefined> {
    const urls = [...wanted, ...predicted];
    const error = await this.#parts.call({ urls, predicted: new Set(predicted), reason });
    if (!error) this.#parts.backoff.succeeded();
    return error;
  }

  #noteFailure(error: SecureTokenError): void {
    this.#parts.backoff.failed(error, this.#parts.restOfDue());
  }
}
