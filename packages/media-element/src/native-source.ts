import type { SignedRequest } from 'secure-token-core';
import { isSecureTokenError } from 'secure-token-core';
import { SOURCE_RENEWS, isOffline } from 'secure-token-core/adapter';
import { needsPause, noFailures, oneMore, stillAt } from './attempts.ts';
import { pause } from './back-off.ts';
import { crossOriginOfPage, noteCrossOrigin } from './cors-mode.ts';
import { ElementRequests } from './element-requests.ts';
import { hasFilm, noteFilm } from './film.ts';
import { LastingPlay } from './lasting-play.ts';
import { MediaTracks } from './media-tracks.ts';
import type { NativeSourceOptions } from './native-source-options.ts';
import type { Phase } from './phase.ts';
import { PlaybackPosition } from './playback-position.ts';
import type { SwapReason } from './request-need.ts';
import { observeNeed } from './request-need.ts';
import { swapSource } from './swap-source.ts';
import { watchStalls } from './watch-stalls.ts';

/** The interval at which `NativeSource` checks the buffer during playback. */
const CHECK_INTERVAL_MS = 500;
/** The pause after a change of source that would not help, or for which there was no token. */
const REST_MS = 2000;

/**
 * The source of a media element that keeps playing `url`. Sets a new source when the element needs one with a live
 * token, and recovers from failures.
 */
export class NativeSource {
  readonly #media: HTMLMediaElement;
  readonly #options: NativeSourceOptions;
  readonly #requests: ElementRequests;
  readonly #position: PlaybackPosition;
  readonly #play: LastingPlay;
  readonly #tracks: MediaTracks;
  readonly #need: ReturnType<typeof observeNeed>;
  readonly #released = new AbortController();
  #phase: Phase = 'idle';
  /**
   * The operation that is under way in the phases `preparing` and `loading`. There is at most one, and it never
   * rejects.
   */
  #operation: Promise<void> | undefined;
  /** The last change of source. Aborts when it has failed, or when the element no longer has our source. */
  #swap: AbortController | undefined;
  /** The URL that `NativeSource` has set last, as the browser writes it. */
  #assignedSrc: string | undefined;
  /** Whether the last source continues the film of the element: then the page does not hear of the change. */
  #isContinued = false;
  #failures = noFailures;
  /** Whether playback has failed because there was no token. */
  #lacksToken = false;
  #haltedAtMs: number | undefined;
  #restsUntilMs = 0;

  /** @param given the request that the element already plays; if it has no token, a worker signs it */
  constructor(media: HTMLMediaElement, options: NativeSourceOptions, given?: SignedRequest) {
    const { signal } = this.#released;
    const { src: srcBefore } = media;
    this.#media = media;
    this.#options = options;
    this.#requests = new ElementRequests(options, { signal, given });
    this.#position = new PlaybackPosition(media, () => this.#hasSource(this.#assignedSrc ?? srcBefore));
    this.#tracks = new MediaTracks(media);
    this.#need = observeNeed(media, signal);
    this.#play = new LastingPlay(media, () => this.#operation, signal);
    if (given) this.#noteSource(new URL(given.url, document.baseURI).href);
    else if (!hasFilm(media, options.url)) this.#position.expectAnotherFilm();
    this.#on(['timeupdate'], () => this.#onTime());
    this.#on(['durationchange'], () => this.#position.noteDuration());
    this.#on(['seeking'], () => this.#onSeeking());
    this.#on(['play', 'waiting', 'stalled'], () => this.#check(false));
    watchStalls(media, {
      requests: this.#requests,
      signal,
      isIdle: () => !this.#operation && this.#isOurs(),
      onRefused: (refusal) =>
        this.#run(async () => {
          const replay = await this.#requests.replay(refusal);
          if (replay && !media.error) await this.#load('error', replay);
        }),
    });
    this.#on(['abort', 'emptied', 'loadstart'], (event) => this.#onLoad(event));
    this.#on(['error'], (event) => this.#onError(event));
    options.source.addEventListener(SOURCE_RENEWS, () => this.#onRenewal(), { signal });
    const timer = setInterval(() => !media.paused && this.#check(false), CHECK_INTERVAL_MS);
    signal.addEventListener('abort', () => clearInterval(timer));
  }

  get via(): 'worker' | 'swap' {
    return this.#requests.areByWorker ? 'worker' : 'swap';
  }

  /**
   * Gives the element its first source.
   * @throws as `TokenSource.sign`; `NotSupportedError` if `via` forces a worker and none signs the URL
   */
  start(): Promise<void> {
    return this.#begin(() => this.#load());
  }

  /** Resumes playback if it has failed for good. */
  restart(): void {
    if (this.#phase !== 'failed') return;
    this.#phase = 'idle';
    this.#failures = noFailures;
    if (!this.#isOurs()) return;
    this.#run(async () => {
      await this.#requests.renewWorker();
      await this.#load('error');
    });
  }

  /** Releases the element, which plays on as long as its last token allows. */
  release(): void {
    this.#phase = 'released';
    this.#released.abort();
    this.#swap?.abort();
    if (this.#assignedSrc === undefined) this.#position.forgo();
    else this.#position.release();
  }

  #on(types: readonly string[], listener: (event: Event) => unknown): void {
    const options = { capture: true, signal: this.#released.signal };
    for (const type of types) this.#media.addEventListener(type, listener, options);
  }

  /** Whether playback has not ended, and the element still has our source: the page may have set another one. */
  #isOurs(): boolean {
    const isOver = this.#phase === 'failed' || this.#phase === 'released';
    return !isOver && this.#hasOurSource();
  }

  #hasOurSource(): boolean {
    return this.#assignedSrc !== undefined && this.#hasSource(this.#assignedSrc);
  }

  #hasSource(url: string): boolean {
    const { src, srcObject } = this.#media;
    return src === url && !srcObject;
  }

  #noteSource(src: string): void {
    this.#assignedSrc = src;
    noteFilm(this.#media, { src, url: this.#options.url });
  }

  #onTime(): void {
    if (this.#phase === 'loading' || this.#media.error) return;
    this.#position.note();
    if (this.#phase === 'idle') this.#failures = stillAt(this.#failures, this.#position.last);
  }

  #onSeeking(): void {
    if (this.#phase !== 'loading') this.#position.note();
    this.#check(true);
  }

  /**
   * Hides the events of a change of source that continues the film, and shows those of another film. A change of source
   * by the page ends ours.
   */
  #onLoad(event: Event): void {
    if (this.#isOurs()) {
      const isHidden = this.#phase === 'loading' && this.#isContinued;
      if (isHidden && this.#options.hiddenEvents.includes(event.type)) event.stopImmediatePropagation();
      return;
    }
    this.#tracks.forget();
    // our change of source may still wait for data
    this.#swap?.abort();
  }

  #onError(event: Event): void {
    if (!this.#media.error || !this.#isOurs()) return;
    event.stopImmediatePropagation();
    this.#haltedAtMs ??= performance.now();
    this.#position.noteFailure();
    this.#swap?.abort();
    this.#recover();
  }

  /**
   * Passes `renew()` on to the worker, because the viewer may be another one. If playback has failed without a token,
   * resumes it once there is a token.
   */
  #onRenewal(): void {
    const noNews = (): void => undefined;
    if (this.#phase !== 'failed') void this.#requests.renewWorker().catch(noNews);
    else if (this.#lacksToken && this.#hasOurSource())
      void this.#requests.signOnce().then(() => this.restart(), noNews);
  }

  /** Runs `work` as the only operation. */
  #begin(work: () => Promise<void>): Promise<void> {
    this.#phase = 'preparing';
    const result = work();
    const settled = (): void => undefined;
    this.#operation = result.then(settled, settled).then(() => {
      this.#operation = undefined;
      if (this.#phase === 'preparing' || this.#phase === 'loading') this.#phase = 'idle';
      if (this.#media.error && this.#isOurs()) this.#recover();
      // the viewer has sought meanwhile
      else if (this.#media.seeking) this.#check(true);
    });
    return result;
  }

  /** Runs `work` as `#begin` does. If `work` rejects, playback has failed for good. */
  #run(work: () => Promise<void>): void {
    void this.#begin(work).catch((error: unknown) => this.#fail(error));
  }

  /** Changes the source if the element needs one with a live token. */
  #check(hasJustSought: boolean): void {
    const isResting = performance.now() < this.#restsUntilMs;
    if (this.#operation || this.#media.error || isResting || !this.#isOurs()) return;
    const reason = this.#need({ hasJustSought, isLive: this.#position.isLive });
    if (!reason || this.#requests.areServed()) return;
    void this.#begin(() => this.#load(reason)).catch((error: unknown) => {
      this.#restsUntilMs = performance.now() + REST_MS;
      // the buffer still plays
      if (reason !== 'expiring') this.#fail(error);
    });
  }

  /** Finds out why the element has failed and sets another source, until the element plays. */
  #recover(): void {
    if (this.#operation) return;
    this.#run(async () => {
      for (let { error } = this.#media; error && this.#isOurs(); { error } = this.#media) {
        if (!isOffline()) this.#failures = oneMore(this.#failures, this.#position.current);
        await this.#loadAfter(error);
      }
    });
  }

  async #loadAfter(error: MediaError): Promise<void> {
    const failures = this.#failures;
    if (needsPause(failures) || isOffline()) await pause(failures.count, this.#released.signal);
    await this.#load('error', await this.#requests.diagnose(error, failures));
  }

  /** @param reason absent for the first source */
  async #load(reason?: SwapReason, replay?: SignedRequest): Promise<void> {
    const before = { src: this.#media.src, srcObject: this.#media.srcObject };
    const isByWorker = await this.#requests.areForWorker(this.#failures);
    if (this.#requests.areByWorker && isByWorker && reason && reason !== 'error') {
      // the element is slow, but the worker already signs its requests
      this.#restsUntilMs = performance.now() + REST_MS;
      return;
    }
    // needed with a worker, too: if playback fails, `diagnose` uses this request
    const request = replay ?? (await (reason ? this.#requests.sign() : this.#requests.signOnce()));
    this.#released.signal.throwIfAborted();
    if (!reason) this.#assertNotReplaced(before);
    else if (!this.#hasOurSource()) return;
    await this.#assign(request, isByWorker, !!reason);
    // the next source after this failure still needs the held position
    if (this.#media.error && this.#isOurs()) return;
    this.#position.release();
    if (!this.#isOurs()) return;
    if (this.#media.readyState >= HTMLMediaElement.HAVE_CURRENT_DATA) this.#requests.noteArrival();
    const gap = (performance.now() - this.#haltedAtMs!) / 1000;
    this.#haltedAtMs = undefined;
    if (reason) this.#options.listener.onSwap?.({ reason, gap });
  }

  /**
   * Gives up the first source if the page has set another film while the token was fetched. An empty element still
   * waits for our film, because pages empty an element between two films. A stream that the page has only taken away
   * is no other film either.
   * @throws `AbortError`
   */
  #assertNotReplaced(before: Pick<HTMLMediaElement, 'src' | 'srcObject'>): void {
    const media = this.#media;
    const { src, srcObject } = media;
    if (src === before.src && (!srcObject || srcObject === before.srcObject)) return;
    // the property of an empty attribute is the URL of the page
    if (!srcObject && (!media.getAttribute('src') || hasFilm(media, this.#options.url))) return;
    throw new DOMException('The page has given the element another source before the token came.', 'AbortError');
  }

  /** Changes the source of the element, and waits for the picture. */
  async #assign(request: SignedRequest, isByWorker: boolean, isReplacement: boolean): Promise<void> {
    const media = this.#media;
    const { src, crossOrigin } = this.#requests.use(request, isByWorker, crossOriginOfPage(media));
    const hasIt = !isReplacement && hasFilm(media, this.#options.url);
    const position = isReplacement ? this.#position.start : this.#position.takeFirstStart(hasIt);
    this.#isContinued = isReplacement || hasIt;
    noteCrossOrigin(media, crossOrigin);
    this.#noteSource(src);
    this.#haltedAtMs ??= performance.now();
    this.#phase = 'loading';
    this.#swap?.abort();
    const { signal } = (this.#swap = new AbortController());
    if (!isReplacement) this.#play.beginAnew();
    const { isWanted: plays, hasBegun } = this.#play;
    this.#position.hold(position);
    const tracks = this.#tracks;
    const staysPaused = isReplacement && hasBegun;
    await swapSource(media, { src, crossOrigin, position, plays, staysPaused, isReplacement, tracks, signal });
    this.#endLoading();
  }

  /** Ends the phase `loading`. Keeps the phase of an element that was released or has failed meanwhile. */
  #endLoading(): void {
    if (this.#phase === 'loading') this.#phase = 'preparing';
  }

  #fail(error: unknown): void {
    if (!this.#isOurs()) return;
    this.#position.keep();
    this.#position.release();
    this.#phase = 'failed';
    this.#lacksToken = isSecureTokenError(error);
    this.#haltedAtMs = undefined;
    this.#requests.noteFailure();
    this.#options.listener.onFailure(error, this.#play.isWanted);
  }
}
