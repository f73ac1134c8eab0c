import type { SignOptions, SignedRequest } from 'secure-token-core';
import type { Fetched, Sent } from 'secure-token-core/adapter';
import { fetchSigned, isOutage, workerSigns, writeUnprotectedRefusal } from 'secure-token-core/adapter';
import type { Attributes } from './element-source.ts';
import { assertFitsElement, elementSource } from './element-source.ts';
import type { NativeSourceOptions } from './native-source-options.ts';
import { fetchFirstByte } from './probe.ts';

/** `MediaError.MEDIA_ERR_NETWORK`. Higher codes are about data that has arrived. */
const MEDIA_ERR_NETWORK = 2;
/** Failures at one place after which a worker that has not helped signs no more: the page does. */
const WORKER_TRIES = 2;
/** Failures at one place that the network, or a token that the edge does not know yet, may have caused. */
const PASSING = 2;
/** Failures at one place that playback survives. */
const MAX_FAILURES = 6;

/** The requests of one element: the one that it plays now, and the next one. */
export class ElementRequests {
  readonly #options: NativeSourceOptions;
  readonly #signal: AbortSignal;
  /** The request that the element plays. If a worker signs, the request by which `diagnose` finds out what is wrong. */
  #request: SignedRequest | undefined;
  #areByWorker: boolean;
  /** Whether the player has heard of an outage or a failure, and not yet of a new token. */
  #hasToldOfTrouble = false;

  /**
   * @param signal aborts all waits for tokens and for the edge
   * @param given the request that the element already plays; if it has no token, a worker signs it
   */
  constructor(options: NativeSourceOptions, signal: AbortSignal, given: SignedRequest | undefined) {
    this.#options = options;
    this.#signal = signal;
    this.#request = given?.token && given;
    this.#areByWorker = !!given && !given.token;
  }

  get areByWorker(): boolean {
    return this.#areByWorker;
  }

  /** Whether another source would not help: a worker signs, or there is no other token. */
  areServed(): boolean {
    const { source, url } = this.#options;
    return this.#areByWorker || source.signNow(url)?.token === this.#request?.token;
  }

  /**
   * Whether to let a worker sign the next request.
   * @throws `NotSupportedError` if `via` forces a worker and none signs the URL
   */
  async areForWorker(failures: number): Promise<boolean> {
    const { url, via } = this.#options;
    if (via === 'swap') return false;
    const signs = await workerSigns(url);
    if (via !== 'worker') return signs && failures < WORKER_TRIES;
    if (!signs)
      throw new DOMException(
        "No token worker signs this URL on this page. Call registerTokenWorker() first, or leave 'via' out.",
        'NotSupportedError',
      );
    return true;
  }

  /**
   * Signs the URL.
   * @param isFirst does not wait through an outage: the app hears of that
   * @throws as `TokenSource.sign`
   */
  sign(isFirst = false): Promise<SignedRequest> {
    const { source, url } = this.#options;
    return isFirst ? source.sign(url, { signal: this.#signal }) : this.#ask((how) => source.sign(url, how));
  }

  /**
   * Makes `request` the one that the element plays from now on, and returns the attributes to set.
   * @throws `ERR_SIGNING_RESPONSE` if a media element cannot send the token of `request`
   */
  use(request: SignedRequest, isByWorker: boolean, crossOrigin: string | null): Attributes {
    if (!isByWorker) assertFitsElement(request);
    this.#request = request;
    this.#areByWorker = isByWorker;
    return elementSource(request, isByWorker, crossOrigin);
  }

  /**
   * Finds out why the element has failed. Resolves to the request to play next, or to `undefined` if any request with a
   * live token will do.
   * @param failures the number of failures at this place, including the present one
   * @throws if the failure is final: `ERR_DENIED`, `ERR_TOKEN_REFUSED` or another `SecureTokenError`; a `NotFoundError`
   *   (the file does not exist); an `EncodingError` (the browser cannot play the file); a `NetworkError` (any other
   *   failure that repeats at one place)
   */
  async diagnose({ code }: MediaError, failures: number): Promise<SignedRequest | undefined> {
    const { source, url } = this.#options;
    const before = (this.#request ??= await this.sign());
    const { request, answer, refusal } = await this.#sendProbe(before);
    const { status = 0, ok = false } = answer.response ?? {};
    writeUnprotectedRefusal(source, request, status);
    if (status === 404 && !refusal) throw new DOMException(`The server answered 404 for ${url}.`, 'NotFoundError');
    // without a status, the failure counts as one of the network
    if (status && refusal && failures > PASSING) throw refusal;
    if (ok && code > MEDIA_ERR_NETWORK && failures > PASSING)
      throw new DOMException('The browser cannot play this file. Check its container and its codecs.', 'EncodingError');
    if (failures > MAX_FAILURES)
      throw new DOMException(
        'The browser cannot load this file. Check the network and the CORS headers of the server.',
        'NetworkError',
      );
    // a copy: core replays no request that is a replay itself, and the element may play this one for hours
    return ok ? { ...request } : undefined;
  }

  /**
   * Resolves to another request if the edge refuses the present one. Chromium repeats a refused request about twenty
   * times before it tells the page. Does not ask if a worker signs, which replays refused requests itself.
   * @throws as `TokenSource.refused`, except for an outage
   */
  async findReplay(): Promise<SignedRequest | undefined> {
    const before = this.#request;
    if (!before || this.#areByWorker) return undefined;
    const { request, answer } = await this.#sendProbe(before);
    // the element may have another source by now
    const isOther = request !== before && this.#request === before;
    // without CORS headers nobody knows
    return isOther && answer.response?.ok !== false ? { ...request } : undefined;
  }

  /** Notes that the player has heard of a failure, so that it also hears of the next token. */
  noteFailure(): void {
    this.#hasToldOfTrouble = true;
  }

  #sendProbe(request: SignedRequest): Promise<Sent<Fetched>> {
    const { source, events } = this.#options;
    const send = (signed: SignedRequest): Promise<Response> => fetchFirstByte(signed, this.#signal);
    return this.#ask((how) => fetchSigned(source, request, send, { ...how, tell: events.tell }));
  }

  /** Calls `ask`, and once more, patiently, when the player has heard of an outage. */
  async #ask<T>(ask: (how: SignOptions) => Promise<T>): Promise<T> {
    const { listener } = this.#options;
    const signal = this.#signal;
    const wait = (error: unknown): Promise<T> => {
      if (!isOutage(error)) throw error;
      this.#hasToldOfTrouble = true;
      listener.onOutage?.(error);
      return ask({ signal, patient: true });
    };
    const answer = await ask({ signal }).catch(wait);
    if (this.#hasToldOfTrouble) listener.onRecovery?.();
    this.#hasToldOfTrouble = false;
    return answer;
  }
}
