import type { SignedRequest } from 'secure-token-core';
import { SOURCE_RENEWS, networkPause, isOffline, listen, renewWorker, throwIfAborted } from 'secure-token-core/adapter';
import { ElementRequests } from './element-requests.ts';
import { hasFilm, noteFilm } from './film.ts';
import type { NativeSourceOptions } from './native-source-options.ts';
import { PlaybackPosition } from './playback-position.ts';
import { replaceMethod } from './replace-method.ts';
import type { SwapReason } from './request-need.ts';
import { needOf } from './request-need.ts';
import { swapSource } from './swap-source.ts';

/** The interval at which `NativeSource` checks the buffer during playback. */
const CHECK_INTERVAL_MS = 500;
/** Seconds of media. Two failures with less than this between them are at one place. */
const SAME_PLACE_SECONDS = 1;
/**
 * The source of a media element that keeps playing `url`. Sets a new source when the element needs one with a live
 * token, and recovers from failures.
 */
export class NativeSource {
  readonly #media: HTMLMediaElement;
  readonly #options: NativeSourceOptions;
  readonly #requests: ElementRequests;
  readonly #position: PlaybackPosition;
  readonly #released = new AbortController();
  /** The functions that end what the constructor has begun. */
  readonly #ends: (() => void)[] = [];
  /** Whether playback has failed for good, and the player has been told. */
  #hasFailed = false;
  /** Whether another source is on the way: there is at most one such operation. */
  #operation: Promise<void> | undefined;
  /** Whether the element loads another source of the same film: the page does not hear of that. */
  #isHiding = false;
  /** The last change of source. Aborts when it has failed, or when the element no longer has our source. */
  #swap: AbortController | undefined;
  /** The URL that `NativeSource` has set last, as the browser writes it. */
  #assignedSrc: string | undefined;
  /** Whether the element plays; if it has failed, whether it played then, or was told to play since. */
  #plays: boolean;
  /** Whether the film has played: before that, the attribute `autoplay` may start it. */
  #hasPlayed: boolean;
  /** The number of failures in a row at one place of the film. */
  #failures = 0;
  #failedAt = NaN;
  #haltedAtMs: number | undefined;
  /** The `performance.now()` at which data has arrived last. */
  #arrivedAt = 0;

  /** @param given the request that the element already plays; if it has no token, a worker signs it */
  constructor(media: HTMLMediaElement, options: NativeSourceOptions, given?: SignedRequest) {
    const { src: srcBefore } = media;
    this.#media = media;
    this.#options = options;
    this.#requests = new ElementRequests(options, this.#released.signal, given);
    this.#position = new PlaybackPosition(media, () => this.#hasSource(this.#assignedSrc ?? srcBefore));
    this.#plays = !media.paused;
    this.#hasPlayed = this.#plays || media.played.length > 0;
    if (given) this.#noteSource(new URL(given.url, document.baseURI).href);
    else this.#position.prepare(hasFilm(media, options.url));
    this.#on(['timeupdate'], () => this.#onTime());
    this.#on(['progress'], () => {
      this.#arrivedAt = performance.now();
    });
    this.#on(['durationchange'], () => this.#position.noteDuration());
    this.#on(['seeking'], () => {
      this.#position.note();
      this.#check(true);
    });
    this.#on(['play'], () => {
      this.#hasPlayed = true;
      this.#plays = true;
    });
    // the browser pauses an element that has failed
    this.#on(['pause'], () => {
      this.#plays &&= media.error !== null;
    });
    this.#on(['play', 'waiting', 'stalled'], () => this.#check(false));
    this.#on(['stalled'], () => void this.#onStalled());
    this.#onFirst(['abort', 'emptied', 'loadstart'], (event) => this.#onLoad(event));
    this.#onFirst(['error'], (event) => this.#onError(event));
    const play = media.play.bind(media);
    const pause = media.pause.bind(media);
    this.#ends.push(
      replaceMethod(media, 'play', () => this.#play(play)),
      replaceMethod(media, 'pause', () => {
        if (this.#isRecovering()) this.#plays = false;
        pause();
      }),
    );
    const onRenewal = (): void => void this.#onRenewal().catch(() => undefined);
    const timer = setInterval(() => !media.paused && this.#check(false), CHECK_INTERVAL_MS);
    this.#ends.push(listen(options.source, [SOURCE_RENEWS], onRenewal), () => clearInterval(timer));
  }

  get via(): 'worker' | 'swap' {
    return this.#requests.areByWorker ? 'worker' : 'swap';
  }

  /**
   * Gives the element its first source.
   * @throws as `TokenSource.sign`; `NotSupportedError` if `via` forces a worker and none signs the URL
   */
  start(): Promise<void> {
    return this.#run(
      () => this.#load(),
      (error) => {
        this.release();
        throw error;
      },
    );
  }

  /** Releases the element, which plays on as long as its last token allows. */
  release(): void {
    this.#released.abort();
    this.#swap?.abort();
    for (const end of this.#ends) end();
    // the first source does not come
    if (this.#assignedSrc === undefined) this.#position.leave();
  }

  #on(types: readonly string[], listener: (event: Event) => unknown): void {
    this.#ends.push(listen(this.#media, types, listener, true));
  }

  /**
   * Listens before the page does, for events that the page must not hear. Before Chrome 89 the listeners of an element
   * itself are called in the order in which they were added; those of its document come before all of them.
   */
  #onFirst(types: readonly string[], listener: (event: Event) => unknown): void {
    const media = this.#media;
    const root = media.getRootNode();
    const onEvent = (event: Event): unknown => event.target === media && listener(event);
    if (root !== media) this.#ends.push(listen(root, types, onEvent, true));
    this.#on(types, listener);
  }

  /** Whether playback has not ended, and the element still has our source: the page may have set another one. */
  #isOurs(): boolean {
    return !this.#hasFailed && !this.#released.signal.aborted && this.#hasOurSource();
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
    noteFilm(this.#media, src, this.#options.url);
  }

  /** Whether the element has failed, and another source is on the way. */
  #isRecovering(): boolean {
    return !!this.#operation && !!this.#media.error && this.#isOurs();
  }

  /** Plays; an element that has failed would forget that. @throws as `play`, the method of the element */
  async #play(play: () => Promise<void>): Promise<void> {
    if (!this.#isRecovering()) return play();
    const isWanted = (): boolean => this.#plays && this.#isOurs();
    this.#plays = true;
    while (this.#isRecovering()) await this.#operation;
    if (isWanted()) return play();
    throw new DOMException('Paused, or given another source.', 'AbortError');
  }

  #onTime(): void {
    this.#position.note();
    if (!this.#operation && !this.#media.error && !this.#isAtFailure()) this.#failures = 0;
  }

  /** Whether the film is still at the place of the last failure. */
  #isAtFailure(): boolean {
    return Math.abs(this.#position.current - this.#failedAt) < SAME_PLACE_SECONDS;
  }

  /** Asks the edge whether it refuses the request: neither the clock nor the expiry of the token may show that. */
  async #onStalled(): Promise<void> {
    const isStarving = (): boolean => {
      const { error, readyState, seeking } = this.#media;
      const waits = seeking || readyState < HTMLMediaElement.HAVE_FUTURE_DATA;
      return waits && !error && !this.#operation && this.#isOurs();
    };
    if (!isStarving()) return;
    try {
      const replay = await this.#requests.findReplay();
      if (replay && isStarving()) await this.#run(() => this.#load('error', replay));
    } catch (error) {
      if (isStarving()) this.#fail(error);
    }
  }

  /**
   * Hides the events of a change of source that continues the film, and shows those of another film. A change of source
   * by the page ends ours.
   */
  #onLoad(event: Event): void {
    if (!this.#isOurs()) this.#swap?.abort();
    else if (this.#isHiding && this.#options.hiddenEvents.includes(event.type)) event.stopImmediatePropagation();
  }

  #onError(event: Event): void {
    if (!this.#media.error || !this.#isOurs()) return;
    event.stopImmediatePropagation();
    this.#haltedAtMs ??= performance.now();
    this.#position.noteFailure();
    this.#swap?.abort();
    if (!this.#operation) this.#recover();
  }

  /** Passes `renew()` on to the worker. If playback has failed for good, resumes it once there is a token. */
  async #onRenewal(): Promise<void> {
    await renewWorker();
    if (!this.#hasFailed || !this.#hasOurSource()) return;
    // rejects if the viewer is denied still, which the app knows
    await this.#requests.sign();
    this.#hasFailed = false;
    this.#failures = 0;
    if (this.#isOurs()) await this.#run(() => this.#load('error'));
  }

  /** Runs `work` as the only operation. @param onError by default, playback has failed for good */
  async #run(work: () => Promise<void>, onError = (error: unknown): void => this.#fail(error)): Promise<void> {
    this.#operation = work().catch(onError);
    await this.#operation;
    this.#operation = undefined;
    if (this.#media.error && this.#isOurs()) this.#recover();
    // the viewer has sought meanwhile
    else if (this.#media.seeking) this.#check(true);
  }

  /** Changes the source if the element needs one with a live token. */
  #check(hasJustSought: boolean): void {
    if (this.#operation || this.#media.error || !this.#isOurs()) return;
    const occasion = { hasJustSought, isLive: this.#position.isLive, arrivedAt: this.#arrivedAt };
    const reason = needOf(this.#media, occasion);
    if (!reason || this.#requests.areServed()) return;
    void this.#run(
      () => this.#load(reason),
      (error) => {
        // the buffer still plays
        if (reason !== 'expiring') this.#fail(error);
      },
    );
  }

  /** Finds out why the element has failed and sets another source, until the element plays. */
  #recover(): void {
    void this.#run(async () => {
      for (let { error } = this.#media; error && this.#isOurs(); { error } = this.#media) {
        if (!isOffline()) {
          this.#failures = this.#isAtFailure() ? this.#failures + 1 : 1;
          this.#failedAt = this.#position.current;
        }
        // the first retry comes at once
        if (this.#failures > 1 || isOffline()) await networkPause(this.#failures - 1, this.#released.signal);
        await this.#load('error', await this.#requests.diagnose(error, this.#failures));
      }
    });
  }

  /** @param reason absent for the first source */
  async #load(reason?: SwapReason, replay?: SignedRequest): Promise<void> {
    const { src, srcObject } = this.#media;
    const isByWorker = await this.#requests.areForWorker(this.#failures);
    // needed with a worker, too: if playback fails, `diagnose` uses this request
    const request = replay ?? (await this.#requests.sign(!reason));
    throwIfAborted(this.#released.signal);
    if (!reason) this.#assertNotReplaced({ src, srcObject });
    else if (!this.#hasOurSource()) return;
    await this.#assign(request, isByWorker, !!reason);
    if (this.#media.error || !this.#isOurs()) return;
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
    const isSameFilm = isReplacement || hasFilm(media, this.#options.url);
    const position = isReplacement ? this.#position.start : this.#position.takeFirstStart(isSameFilm);
    const { src, crossOrigin } = this.#requests.use(request, isByWorker, media.crossOrigin);
    this.#noteSource(src);
    this.#haltedAtMs ??= performance.now();
    this.#isHiding = isSameFilm;
    this.#swap?.abort();
    this.#swap = new AbortController();
    const { signal } = this.#swap;
    // an element that has failed may be paused, and `load()` of the page pauses without an event
    const plays = !media.paused || (isReplacement && media.error !== null && this.#plays);
    if (!isReplacement) this.#hasPlayed = plays;
    const staysPaused = isReplacement && this.#hasPlayed;
    this.#position.hold(position);
    await swapSource(media, { src, crossOrigin, position, plays, staysPaused, isReplacement, signal });
    this.#isHiding = false;
  }

  #fail(error: unknown): void {
    if (!this.#isOurs()) return;
    this.#hasFailed = true;
    this.#haltedAtMs = undefined;
    this.#requests.noteFailure();
    const { events, listener } = this.#options;
    events.noteFailure(error);
    listener.onFailure(error, this.#plays);
  }
}
