import type { SecureTokenError, SignedRequest } from 'secure-token-core';
import { isOutage, keepAsking, noteAccepted, renewWorker, workerSigns } from 'secure-token-core/adapter';
import type { Failures } from './attempts.ts';
import { mayTryWorker } from './attempts.ts';
import { diagnoseFailure } from './diagnose-failure.ts';
import type { ElementSource } from './element-source.ts';
import { assertFitsElement, elementSource } from './element-source.ts';
import type { NativeSourceOptions } from './native-source-options.ts';
import { probe } from './probe.ts';

interface Start {
  /** Ends the waits. */
  readonly signal: AbortSignal;
  /** The request that the element plays already; without a token a worker signs it. */
  readonly given: SignedRequest | undefined;
}

export interface Refusal {
  readonly request: SignedRequest;
  readonly status: number;
}

/**
 * The requests of an element: what it plays now, and what comes next. The player hears when there is no token, and when
 * there is one again.
 */
export class ElementRequests {
  readonly #options: NativeSourceOptions;
  readonly #start: Start;
  /** The request that the element plays; where a worker signs, the one that finds out why that has failed. */
  #request: SignedRequest | undefined;
  #areByWorker: boolean;
  /** The `crossOrigin` that the page has set. */
  #wantedCrossOrigin: string | null = null;
  /** The `crossOrigin` that the element was given for it. */
  #givenCrossOrigin: string | null | undefined;
  /** An outage, or a failure. */
  #hasToldOfTrouble = false;

  constructor(options: NativeSourceOptions, start: Start) {
    const { given } = start;
    this.#options = options;
    this.#start = start;
    this.#request = given?.token && given;
    this.#areByWorker = !!given && !given.token;
  }

  /** Whether a worker signs what the element asks for. */
  get areByWorker(): boolean {
    return this.#areByWorker;
  }

  /** Whether no other source would be of use: there is no other token, or the worker has to know. */
  areServed(): boolean {
    const { source, url, via } = this.#options;
    return this.#areByWorker ? via === 'worker' : source.signNow(url)?.token === this.#request?.token;
  }

  /** Whether a worker is to sign what is next. @throws `NotSupportedError` if it must, and there is none */
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

  /** If a worker signs, it has tokens of its own, and denials. @throws as `TokenSource.renew` */
  async renewWorker(): Promise<void> {
    if (await workerSigns(this.#options.url)) await renewWorker();
  }

  /**
   * Signs without waiting through an outage, for the first source and for a source that was given up.
   * @throws as `TokenSource.sign`
   */
  signOnce(): Promise<SignedRequest> {
    const { source, url } = this.#options;
    return source.sign(url, { signal: this.#start.signal });
  }

  /** @throws as `TokenSource.sign`, but for an outage */
  sign(): Promise<SignedRequest> {
    const { source, url } = this.#options;
    return this.#ask(() => source.sign(url, { signal: this.#start.signal }));
  }

  /**
   * The element plays from `request` from here on.
   * @param crossOrigin of the element: another one than it was given last is the page's, which may set it at any time
   * @throws `ERR_SIGNING_RESPONSE` if it cannot
   */
  use(request: SignedRequest, isByWorker: boolean, crossOrigin: string | null): ElementSource {
    if (!isByWorker) assertFitsElement(request);
    this.#request = request;
    this.#areByWorker = isByWorker;
    if (crossOrigin !== this.#givenCrossOrigin) this.#wantedCrossOrigin = crossOrigin;
    const chosen = { request, isByWorker, crossOrigin: this.#wantedCrossOrigin };
    const source = elementSource(this.#options.url, chosen);
    this.#givenCrossOrigin = source.crossOrigin;
    return source;
  }

  /** The edge has let the request through: refused later, it is replayed as one that was never refused. */
  noteArrival(): void {
    if (this.#request) noteAccepted(this.#request);
    this.#request &&= { ...this.#request };
  }

  /** As `diagnoseFailure`, of what the element plays. @throws as that, but for an outage */
  async diagnose(error: MediaError, failures: Failures): Promise<SignedRequest | undefined> {
    const { source, user } = this.#options;
    const { signal } = this.#start;
    const request = (this.#request ??= await this.sign());
    return this.#ask(() => diagnoseFailure(error, request, failures, { source, user, signal }));
  }

  /** Whether the edge refuses what the element asks for now. A worker would have replayed it. */
  async findRefusal(): Promise<Refusal | undefined> {
    const request = this.#request;
    if (!request || this.#areByWorker) return undefined;
    const status = await probe(request, this.#start.signal);
    // it may have another source by now
    if (this.#request?.url !== request.url) return undefined;
    return this.#options.source.isRefusal(request, status) ? { request, status } : undefined;
  }

  /** The request to play from instead, if there is one. @throws as `replayOf`, but for an outage */
  replay({ request, status }: Refusal): Promise<SignedRequest | undefined> {
    const { signal } = this.#start;
    return this.#ask(() => this.#options.user.replay(request, status, { signal }));
  }

  /** The player was told of a failure: it hears of the next token. */
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
