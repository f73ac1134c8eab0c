import { BoundedMap } from '../bounded-maps.ts';
import { MAX_URLS_PER_CALL } from '../contract/token-source-options.ts';
import { SecureTokenError } from '../contract/secure-token-error.ts';
import type { TokenReason } from '../contract/token-source-options.ts';
import type { Backoff } from './backoff.ts';
import { isAboutUrls, isolateFailure, mayBeAboutPredictions } from './isolate-failure.ts';

/** A URL whose token a caller asks for. */
interface Asked {
  readonly url: string;
  readonly settle: (error: SecureTokenError | undefined) => void;
}

/** URLs that are sent in one call. */
interface OpenBatch {
  reason: TokenReason;
  readonly wanted: Asked[];
  /** URLs that may never exist. They get the room that `wanted` leaves, are sent once, and fail no other URL. */
  readonly predicted: Asked[];
}

/** A URL that failed alone. */
interface FailingUrl {
  /** The number of failures in a row. */
  readonly failures: number;
  /** When it may be asked for ahead of use again, in seconds of the session. */
  readonly until: number;
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
  /** Returns seconds of the session. */
  readonly now: () => number;
  /** Makes one call; resolves to its error, or to `undefined`. */
  readonly call: (wanted: WantedUrls) => Promise<SecureTokenError | undefined>;
  /** Whether no player and no request needs a token any more: then a batch that waited for a pause is dropped. */
  readonly isAbandoned: () => boolean;
  /** Returns the seconds until the first of the tokens that are due for renewal runs out. */
  readonly restOfDue: () => number | undefined;
}

const without = (why: string): SecureTokenError => new SecureTokenError('ERR_SIGNING_UNAVAILABLE', why);

const settleAll = (asked: readonly Asked[], error?: SecureTokenError): void => {
  for (const { settle } of asked) settle(error);
};

const urlsOf = (asked: readonly Asked[]): string[] => asked.map(({ url }) => url);

/**
 * Collects the URLs that are asked for in one task, or during a pause, and calls the endpoint until it answers.
 */
export class CallBatches {
  readonly #parts: Parts;
  /** URLs that failed alone while others got their tokens. Each gets a call alone, which makes no other call pause. */
  readonly #failing = new BoundedMap<string, FailingUrl>();
  /** The batch that still accepts URLs. */
  #open: OpenBatch | undefined;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** Whether to ask for `url` only if a request waits: it has just failed alone, and there is no pause. */
  isResting(url: string): boolean {
    return this.#now() < (this.#failing.get(url)?.until ?? -Infinity);
  }

  /** Asks for `url` in one call with other URLs; resolves to the error, or to `undefined`. */
  async ask(url: string, reason: TokenReason): Promise<SecureTokenError | undefined> {
    if (this.#failing.has(url)) return this.#callAlone(url, reason);
    return new Promise((settle) => {
      const hasRoom = this.#open && this.#open.wanted.length < MAX_URLS_PER_CALL;
      const batch = hasRoom ? this.#open! : this.#begin(reason);
      batch.wanted.push({ url, settle });
      // `refused` must reach the endpoint, which may answer any other reason with a token that it made before
      if (reason === 'refused') batch.reason = reason;
    });
  }

  /** Asks for `url`, which may never exist, if a call has room for it; resolves to the error, or to `undefined`. */
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
    // a batch that fails because of its URLs is split once
    let canBeSplit = true;
    // counted here too: calls for other URLs may succeed between the tries
    let tries = 0;
    let { wakes } = backoff;
    for (;;) {
      // even without a pause `ready()` takes a microtask, so that all URLs of this task join the batch
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
      tries = wakes === backoff.wakes ? tries + 1 : 1;
      ({ wakes } = backoff);
      const isFinal = !error || wanted.length === 0 || backoff.blockedBy !== undefined;
      if (!isFinal && canBeSplit && wanted.length > 1 && isAboutUrls(error)) {
        canBeSplit = false;
        wanted = await this.#takeApart(wanted, error, batch.reason);
        if (wanted.length === 0) return;
        this.#noteFailure(error);
      } else if (isFinal || error.code !== 'ERR_SIGNING_UNAVAILABLE' || backoff.isExhaustedAfter(tries)) {
        settleAll(wanted, error);
        return;
      } else if (wanted === batch.wanted) {
        // URLs that are asked for before the next try join it; none join a batch that failed because of its URLs
        this.#open ??= batch;
      }
    }
  }

  /** Calls for `wanted`, and for as many of `predicted` as the call has room for. */
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
      // a call without the predicted URLs tells whether the wanted URLs fail too
      if (wanted.length === 0) return error;
      error = (await this.#parts.backoff.ready()) ?? (await this.#call(urlsOf(wanted), reason));
    }
    if (error) this.#noteFailure(error);
    return this.#parts.backoff.outcomeOf(error);
  }

  /** Calls for parts of a failed batch. @returns the URLs that failed in an outage, which are retried as usual */
  #takeApart(wanted: readonly Asked[], error: SecureTokenError, reason: TokenReason): Promise<readonly Asked[]> {
    return isolateFailure(wanted, error, {
      call: (part) => this.#callPart(urlsOf(part), reason),
      settle: (part, failure) => {
        if (failure && part.length === 1) this.#noteFailingAlone(part[0]!.url);
        settleAll(part, failure);
      },
    });
  }

  async #callAlone(url: string, reason: TokenReason): Promise<SecureTokenError | undefined> {
    const error = await this.#callPart([url], reason);
    if (error) this.#noteFailingAlone(url);
    else this.#failing.delete(url);
    return error;
  }

  #noteFailingAlone(url: string): void {
    const { backoff, restOfDue } = this.#parts;
    const failures = (this.#failing.get(url)?.failures ?? 0) + 1;
    this.#failing.set(url, { failures, until: this.#now() + backoff.pauseAfter({ failures }, restOfDue()).ahead });
  }

  /** Calls for a part of a call that failed and began a pause. A failure that is about the URLs begins no pause. */
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

  #now(): number {
    return this.#parts.now();
  }

  #noteFailure(error: SecureTokenError): void {
    this.#parts.backoff.failed(error, this.#parts.restOfDue());
  }
}
