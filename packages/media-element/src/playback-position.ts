import { LastingSeek } from './lasting-seek.ts';

/**
 * The position of a media element, also while the element has failed and no longer knows it, or has not yet reached a
 * requested position.
 */
export class PlaybackPosition {
  readonly #media: HTMLMediaElement;
  readonly #seek: LastingSeek;
  #last: number;
  #isLive = false;
  #isAnotherFilm = false;

  /** @param isOurs whether the element has the source that this position belongs to, or has not got it yet */
  constructor(media: HTMLMediaElement, isOurs: () => boolean) {
    this.#media = media;
    this.#seek = new LastingSeek(media, isOurs);
    // without metadata, `currentTime` may be the position at which the previous source was to start
    this.#last = media.readyState === HTMLMediaElement.HAVE_NOTHING ? 0 : media.currentTime;
    this.noteDuration();
  }

  get isLive(): boolean {
    return this.#isLive;
  }

  /** The position of the viewer, or the one that was requested since. */
  get current(): number {
    return this.#seek.asked ?? (this.#media.error ? this.#last : this.#media.currentTime);
  }

  /**
   * The start of the next source. `undefined` for a live stream: it starts at the live edge that its playlist names.
   */
  get start(): number | undefined {
    return this.#isLive ? undefined : this.current;
  }

  /**
   * Returns the start of the first source. The same film continues at the position of the element. Another film starts
   * at its beginning, or at the position that the page has requested since. If the element has loaded nothing, another
   * film starts where the page wants the element to start.
   *
   * @param hasFilm whether the element has the film now: the page may have set it meanwhile
   */
  takeFirstStart(hasFilm: boolean): number | undefined {
    // `currentTime` first: after an earlier failure the page may have requested a position that `current` does not know
    if (!this.#isAnotherFilm || hasFilm) return this.#isLive ? undefined : this.#media.currentTime || this.current;
    this.#seek.leaveFormer();
    const { currentTime, readyState } = this.#media;
    return this.#seek.asked ?? (readyState === HTMLMediaElement.HAVE_NOTHING ? currentTime : 0);
  }

  /** The last known position, in seconds. */
  get last(): number {
    return this.#last;
  }

  /** Notes the position that the element reports. */
  note(): void {
    this.#last = this.#media.currentTime;
  }

  /** Prepares for a first source that is another film than the element has now. */
  expectAnotherFilm(): void {
    this.#isAnotherFilm = true;
    this.#isLive = false;
    this.#seek.beginAnother();
  }

  keep(): void {
    this.#last = this.current;
  }

  /** Notes whether the source is live. A source that still loads has no duration, and changes nothing. */
  noteDuration(): void {
    if (!Number.isNaN(this.#media.duration)) this.#isLive = this.#media.duration === Infinity;
  }

  /** Notes that the element has failed, and keeps its position: in WebKit the element is at 0 now. */
  noteFailure(): void {
    this.#last = this.#seek.asked ?? (this.#media.currentTime || this.#last);
    this.hold();
  }

  /** Keeps seeks from now on, whatever happens to the source. @param start the start of the next source */
  hold(start: number = this.current): void {
    this.#last = start;
    if (!this.#isLive) this.#seek.begin();
  }

  /** Leaves the position to the element again. */
  release(): void {
    this.#seek.end();
  }

  /** Gives up the first source, which does not come. */
  forgo(): void {
    this.#seek.returnToFormer();
  }
}
