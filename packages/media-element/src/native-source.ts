import type { SecureTokenError, SignedRequest, SourceUser, TokenSource } from 'secure-token-core';
import { workerSigns } from 'secure-token-core';
import type { Failures } from './attempts.ts';
import { isHopeless, mayTryWorker, needsPause, noFailures, oneMore } from './attempts.ts';
import { pause } from './back-off.ts';
import { diagnoseFailure } from './diagnose-failure.ts';
import { assertFitsElement, corsModeFor } from './element-request.ts';
import { LastingPlay } from './lasting-play.ts';
import { throughOutages } from './outage.ts';
import { PlaybackPosition } from './playback-position.ts';
import type { SwapReason } from './request-need.ts';
import { observeNeed } from './request-need.ts';
import { swapSource } from './swap-source.ts';

/** How a player is told. */
export interface NativeSourceListener {
  /** `gap` in seconds without a moving picture. */
  onSwap?(detail: { readonly reason: SwapReason; readonly gap: number }): void;
  /** The signing endpoint does not answer; it is asked until it does. */
  onOutage?(error: SecureTokenError): void;
  /** After `onOutage` or `onFailure`: there is a token again. */
  onRecovery?(): void;
  /** Playback has failed for good; `restart()` goes on. An error event of the element is let through by now. */
  onFailure(error: unknown): void;
}

export interface NativeSourceOptions {
  readonly source: TokenSource;
  /** This player, among others that may share the source. */
  readonly user: SourceUser;
  /** Unsigned, absolute. */
  readonly url: string;
  /** Forces a way. @default the worker if it signs `url`, else changing the source */
  readonly via?: 'worker' | 'swap' | undefined;
  /** Events of a change of source that nobody is to hear. */
  readonly hiddenEvents: readonly string[];
  readonly listener: NativeSourceListener;
}

/**
 * - `idle`: the element plays what it has.
 * - `preparing`: another source is under way: it is found out why the element has failed, or a token is fetched.
 * - `loading`: the element loads another source.
 * - `failed`: playback has ended, and the player has been told.
 * - `released`: the element is left to itself.
 */
type Phase = 'idle' | 'preparing' | 'loading' | 'failed' | 'released';

/** How often the buffer is looked at while it plays. */
const CHECK_INTERVAL_MS = 500;
/** For how long nothing is tried after a change of source was of no use, or there was no token for it. */
const REST_MS = 2000;

/** Keeps `media` playing `url`: changes its source when it needs one whose token lives, and recovers from failures. */
export class NativeSource {
  readonly #media: HTMLMediaElement;
  readonly #options: NativeSourceOptions;
  /** As the page has set it. */
  readonly #crossOrigin: string | null;
  readonly #position: PlaybackPosition;
  readonly #play: LastingPlay;
  readonly #need: ReturnType<typeof observeNeed>;
  readonly #released = new AbortController();
  #phase: Phase = 'idle';
  /** What is under way while `preparing` or `loading`: one thing at a time. Never rejects. */
  #operation: Promise<void> | undefined;
  /** The last change of source; aborted when it has failed, or is no longer ours. */
  #swap: AbortController | undefined;
  /** What the element plays, or what tells why it failed. */
  #request: SignedRequest | undefined;
  /** The source the element was given last, as the browser writes it. */
  #assignedSrc: string | undefined;
  #isByWorker = false;
  #failures = noFailures;
  #haltedAtMs: number | undefined;
  #restsUntilMs = 0;
  /** An outage, or a failure. */
  #hasToldOfTrouble = false;

  /** @param given what the element has been given already; without a token a worker signs it */
  constructor(media: HTMLMediaElement, options: NativeSourceOptions, given?: SignedRequest) {
    const { signal } = this.#released;
    this.#media = media;
    this.#options = options;
    this.#crossOrigin = media.crossOrigin;
    this.#position = new PlaybackPosition(media);
    this.#need = observeNeed(media, signal);
    this.#play = new LastingPlay(media, () => this.#operation);
    if (given) {
      this.#isByWorker = !given.token;
      this.#request = given.token && given;
      this.#assignedSrc = new URL(given.url, document.baseURI).href;
    }
    this.#on(['timeupdate'], () => this.#notePosition());
    this.#on(['durationchange'], () => this.#position.noteDuration());
    this.#on(['seeking'], () => this.#onSeeking());
    this.#on(['play', 'waiting', 'stalled'], () => this.#check(false));
    this.#on(['abort', 'emptied', 'loadstart'], (event) => this.#onLoad(event));
    this.#on(['error'], (event) => this.#onError(event));
    const timer = setInterval(() => !media.paused && this.#check(false), CHECK_INTERVAL_MS);
    signal.addEventListener('abort', () => clearInterval(timer));
  }

  get via(): 'worker' | 'swap' {
    return this.#isByWorker ? 'worker' : 'swap';
  }

  /** Gives the element its first source. @throws as `TokenSource.sign`; `NotSupportedError` if the way cannot be had */
  start(): Promise<void> {
    return this.#begin(() => this.#load());
  }

  /** Goes on, if playback has failed for good. */
  restart(): void {
    if (this.#phase !== 'failed') return;
    this.#phase = 'idle';
    this.#failures = noFailures;
    void this.#begin(() => this.#load('error')).catch((error: unknown) => this.#fail(error));
  }

  /** Leaves the element to itself: it plays on as long as its last token allows. */
  release(): void {
    this.#phase = 'released';
    this.#released.abort();
    this.#swap?.abort();
    this.#position.release();
    this.#play.release();
  }

  #on(types: readonly string[], listener: (event: Event) => void): void {
    const options = { capture: true, signal: this.#released.signal };
    for (const type of types) this.#media.addEventListener(type, listener, options);
  }

  /** Not if the page has given the element another source. */
  #isOurs(): boolean {
    const isOver = this.#phase === 'failed' || this.#phase === 'released';
    return !isOver && this.#assignedSrc !== undefined && this.#media.src === this.#assignedSrc;
  }

  #notePosition(): void {
    if (this.#phase !== 'loading' && !this.#media.error) this.#position.note();
  }

  #onSeeking(): void {
    if (this.#phase !== 'loading') this.#position.note();
    this.#check(true);
  }

  /** What a change of source tells the page about itself is hidden; another one by the page ends ours. */
  #onLoad(event: Event): void {
    const isOurs = this.#isOurs();
    // where the viewer sought to in ours is no place in another source
    if (!isOurs) this.#position.release();
    if (this.#phase !== 'loading') return;
    if (isOurs) {
      if (this.#options.hiddenEvents.includes(event.type)) event.stopImmediatePropagation();
      return;
    }
    this.#swap?.abort();
    // where ours was to start: it would hold for the other one
    if (this.#media.currentTime === this.#position.current) this.#media.currentTime = 0;
  }

  #onError(event: Event): void {
    if (!this.#media.error || !this.#isOurs()) return;
    event.stopImmediatePropagation();
    this.#haltedAtMs ??= performance.now();
    this.#position.noteFailure();
    this.#swap?.abort();
    this.#recover();
  }

  /** Runs `work` as the one operation. */
  #begin(work: () => Promise<void>): Promise<void> {
    this.#phase = 'preparing';
    const result = work();
    const settled = (): void => undefined;
    this.#operation = result.then(settled, settled).then(() => {
      this.#operation = undefined;
      if (this.#phase === 'preparing' || this.#phase === 'loading') this.#phase = 'idle';
      if (this.#media.error && this.#isOurs()) this.#recover();
    });
    return result;
  }

  /** Changes the source if the element needs one whose token lives. */
  #check(hasJustSought: boolean): void {
    const isResting = performance.now() < this.#restsUntilMs;
    if (this.#operation || this.#media.error || isResting || !this.#isOurs()) return;
    const reason = this.#need({ hasJustSought, isLive: this.#position.isLive });
    if (!reason || !this.#mayNeedAnother()) return;
    void this.#begin(() => this.#load(reason)).catch((error: unknown) => {
      this.#rest();
      // what is buffered still plays
      if (reason !== 'expiring') this.#fail(error);
    });
  }

  /** Of what a worker signs, only the worker knows. */
  #mayNeedAnother(): boolean {
    const { source, url, via } = this.#options;
    return this.#isByWorker ? via !== 'worker' : source.peek(url)?.token !== this.#request?.token;
  }

  #rest(): void {
    this.#restsUntilMs = performance.now() + REST_MS;
  }

  /** Finds out why the element has failed, and gives it another source until it plays. */
  #recover(): void {
    if (this.#operation) return;
    const work = async (): Promise<void> => {
      for (let { error } = this.#media; error && this.#isOurs(); { error } = this.#media) {
        this.#failures = oneMore(this.#failures, this.#position.current);
        await this.#loadAfter(error, this.#failures);
      }
    };
    void this.#begin(work).catch((error: unknown) => this.#fail(error));
  }

  async #loadAfter(error: MediaError, failures: Failures): Promise<void> {
    const { source, user } = this.#options;
    const { signal } = this.#released;
    if (isHopeless(failures)) throw new DOMException('The browser cannot load this file', 'NetworkError');
    if (needsPause(failures)) await pause(failures.count, signal);
    this.#request ??= await this.#sign();
    const failed = this.#request;
    const replay = await this.#ask(() => diagnoseFailure(error, failed, failures, { source, user, signal }));
    await this.#load('error', replay);
  }

  /** @param reason absent for the first source */
  async #load(reason?: SwapReason, replay?: SignedRequest): Promise<void> {
    const { src } = this.#media;
    const isByWorker = await this.#asksWorker();
    const isStillByWorker = this.#isByWorker && isByWorker;
    // it is slow, but its requests are signed
    if (isStillByWorker && reason && reason !== 'error') return this.#rest();
    // also with a worker: if playback fails, it tells why
    const request = replay ?? (await this.#sign());
    if (!isByWorker) assertFitsElement(request);
    this.#released.signal.throwIfAborted();
    if (reason && this.#media.src !== src) return;
    await this.#assign(request, isByWorker, !!reason);
    // a failure keeps the position for the next source
    if (this.#media.error && this.#isOurs()) return;
    this.#position.release();
    if (!this.#isOurs()) return;
    // let through: refused later, it is replayed again
    this.#request = { ...request };
    const gap = (performance.now() - this.#haltedAtMs!) / 1000;
    this.#haltedAtMs = undefined;
    if (reason) this.#options.listener.onSwap?.({ reason, gap });
  }

  /** Whether a worker is to sign the next source. @throws `NotSupportedError` if it must, and there is none */
  async #asksWorker(): Promise<boolean> {
    const { url, via } = this.#options;
    if (via === 'swap') return false;
    const signs = await workerSigns(url);
    if (via !== 'worker') return signs && mayTryWorker(this.#failures);
    if (!signs) throw new DOMException('No token worker signs this URL here', 'NotSupportedError');
    return true;
  }

  /** Changes the source of the element, and waits for the picture. */
  async #assign(request: SignedRequest, isByWorker: boolean, isReplacement: boolean): Promise<void> {
    const media = this.#media;
    const { url } = this.#options;
    const { credentials } = request;
    const src = new URL(isByWorker ? url : request.url, document.baseURI).href;
    const isSameOrigin = src.startsWith(`${location.origin}/`);
    const crossOrigin = corsModeFor({ crossOrigin: this.#crossOrigin, isByWorker, isSameOrigin, credentials });
    if (media.crossOrigin !== crossOrigin) media.crossOrigin = crossOrigin;
    this.#request = request;
    this.#isByWorker = isByWorker;
    this.#assignedSrc = src;
    this.#haltedAtMs ??= performance.now();
    this.#phase = 'loading';
    this.#swap?.abort();
    const { signal } = (this.#swap = new AbortController());
    const { start: position } = this.#position;
    const plays = this.#play.takeRequest() || !media.paused;
    this.#position.note();
    this.#position.hold();
    await swapSource(media, { src, position, plays, isReplacement, signal });
    if (this.#phase === 'loading') this.#phase = 'preparing';
  }

  #sign(): Promise<SignedRequest> {
    const { source, url } = this.#options;
    return this.#ask(() => source.sign(url, { signal: this.#released.signal }));
  }

  /** What `ask` answers, however long the signing endpoint is down. */
  async #ask<T>(ask: () => Promise<T>): Promise<T> {
    const { source, listener } = this.#options;
    const onOutage = (error: SecureTokenError): void => {
      this.#hasToldOfTrouble = true;
      listener.onOutage?.(error);
    };
    const answer = await throughOutages(ask, { source, signal: this.#released.signal, onOutage });
    if (this.#hasToldOfTrouble) listener.onRecovery?.();
    this.#hasToldOfTrouble = false;
    return answer;
  }

  #fail(error: unknown): void {
    if (this.#phase === 'released') return;
    this.#position.release();
    this.#phase = 'failed';
    this.#haltedAtMs = undefined;
    this.#hasToldOfTrouble = true;
    this.#options.listener.onFailure(error);
  }
}
