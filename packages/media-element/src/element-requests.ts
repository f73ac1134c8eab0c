import type { SecureTokenError, SignedRequest } from 'secure-token-core';
import { isOutage, keepAsking, renewWorker, workerSigns } from 'secure-token-core/adapter';
import type { Failures } from './attempts.ts';
import { mayTryWorker } from './attempts.ts';
import { diagnoseFailure } from './diagnose-failure.ts';
import type { ElementSource } from './element-source.ts';
import { assertFitsElement, elementSource } from './element-source.ts';
import type { NativeSourceOptions } from './native-source-options.ts';
import { probe } from './probe.ts';

interface Start {
  /** Aborts all waits for tokens and for the edge. */
  readonly signal: AbortSignal;
  /** The request that the element already plays. If it has no token, a worker signs it. */
  readonly given: SignedRequest | undefined;
}

export interface Refusal {
  readonly request: SignedRequest;
  readonly status: number;
}

/**
 * The requests of one element: the request that it plays now, and the next one. Tells the player about an outage of the
 * signing endpoint, and when there is a token again.
 */
export class ElementRequests {
  readonly #options: NativeSourceOptions;
  readonly #start: Start;
  /**
   * The request that the element plays. If a worker signs, the request by which `diagnose` finds out why playback has
   * failed.
   */
  #request: SignedRequest | undefined;
  #areByWorker: boolean;
  /** Whether the player has heard of an outage or a failure, and not yet of a new token. */
  #hasToldOfTrouble = false;

  constructor(options: NativeSourceOptions, start: Start) {
    const { given } = start;
    this.#options = options;
    this.#start = start;
    this.#request = given?.token && given;
    this.#areByWorker = !!given && !given.token;
  }

  /** Whether a worker signs the requests of the element. */
  get areByWorker(): boolean {
    return this.#areByWorker;
  }

  /** Whether another source would not help: there is no other token, or the app forces the worker. */
  areServed(): boolean {
    const { source, url, via } = this.#options;
    return this.#areByWorker ? via === 'worker' : source.signNow(url)?.token === this.#request?.token;
  }

  /**
   * Whether to let a worker sign the next request.
   * @throws `NotSupportedError` if `via` forces a worker and none signs the URL
   */
  async areForWorker(failures: Failures): Promise<boolean> {
    const { url, via } = this.#options;
    if (via === 'swap') return false;
    const signs = await workerSigns(url);
    if (via !== 'worker') return signs && mayTryWorker(failures);
    if (!signs)
      throw new DOMException(
        "No token worker signs this URL on this page. Call registerTokenWorker() first, or leave 'via' out.",
        'NotSupportedError',
      );
    return true;
  }

  /**
   * Renews the tokens of the worker and lifts its denials, if a worker signs the URL.
   * @throws as `TokenSource.renew`
   */
  async renewWorker(): Promise<void> {
    if (await workerSigns(this.#options.url)) await renewWorker();
  }

  /**
   * Signs the URL without waiting through an outage: for the first source, and after playback has failed for good.
   * @throws as `TokenSource.sign`
   */
  signOnce(): Promise<SignedRequest> {
    const { source, url } = this.#options;
    return source.sign(url, { signal: this.#start.signal });
  }

  /** Signs the URL, and waits through an outage. @throws as `TokenSource.sign`, except for an outage */
  sign(): Promise<SignedRequest> {
    const { source, url } = this.#options;
    return this.#ask(() => source.sign(url, { signal: this.#start.signal }));
  }

  /**
   * Makes `request` the one that the element plays from now on, and returns the attributes to set.
   * @param crossOrigin the value that the page has set, which it may do at any time
   * @throws `ERR_SIGNING_RESPONSE` if a media element cannot send the token of `request`
   */
  use(request: SignedRequest, isByWorker: boolean, crossOrigin: string | null): ElementSource {
    if (!isByWorker) assertFitsElement(request);
    this.#request = request;
    this.#areByWorker = isByWorker;
    return elementSource(this.#options.url, { request, isByWorker, crossOrigin });
  }

  /**
   * Notes that the edge has let the request through, and replaces the request with a copy. Core recognises a refused
   * replay by its identity, so a refusal of the copy is replayed like a first refusal.
   */
  noteArrival(): void {
    const { source } = this.#options;
    if (!this.#request) return;
    source.noteAnswer(this.#request, {}, true);
    this.#request = { ...this.#request };
  }

  /**
   * Runs `diagnoseFailure` for the request that the element plays, and waits through an outage.
   * @throws as `diagnoseFailure`, except for an outage
   */
  async diagnose(error: MediaError, failures: Failures): Promise<SignedRequest | undefined> {
    const { source, user } = this.#options;
    const { signal } = this.#start;
    const request = (this.#request ??= await this.sign());
    return this.#ask(() => diagnoseFailure(error, request, failures, { source, user, signal }));
  }

  /**
   * Asks the edge whether it refuses the current request of the element. Does not ask if a worker signs, because the
   * worker would have replayed a refused request.
   */
  async findRefusal(): Promise<Refusal | undefined> {
    const request = this.#request;
    if (!request || this.#areByWorker) return undefined;
    const status = await probe(request, this.#start.signal);
    // the element may have another source by now
    if (this.#request?.url !== request.url) return undefined;
    return this.#options.source.isRefusal(request, status) ? { request, status } : undefined;
  }

  /**
   * Resolves to the request that replaces the refused one; `undefined` if there is none.
   * @throws as `replayOf`, except for an outage
   */
  replay({ request, status }: Refusal): Promise<SignedRequest | undefined> {
    const { signal } = this.#start;
    return this.#ask(() => this.#options.user.replay(request, status, { signal }));
  }

  /** Notes that the player has heard of a failure, so that it also hears of the next token. */
  noteFailure(): void {
    this.#hasToldOfTrouble = true;
  }

  async #ask<T>(ask: () => Promise<T>): Promise<T> {
    const { source, listener } = this.#options;
    const mayWait = (error: SecureTokenError): boolean => {
      if (!isOutage(error)) return false;
      this.#hasToldOfTrouble = true;
      listener.onOutage?.(error);
      return true;
    };
    const answer = await keepAsking({ source, signal: this.#start.signal, ask, mayWait });
    if (this.#hasToldOfTrouble) listener.onRecovery?.();
    this.#hasToldOfTrouble = false;
    return answer;
  }
}
