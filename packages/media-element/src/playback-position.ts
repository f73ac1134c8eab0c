import { LastingSeek } from './lasting-seek.ts';

/** Where a media element is: also while it has failed and does not know, or has been asked to go elsewhere. */
export class PlaybackPosition {
  readonly #media: HTMLMediaElement;
  readonly #seek: LastingSeek;
  #last: number;
  #isLive = false;
  #isAnotherFilm = false;

  /** @param isOurs whether the element has the source whose position this is, or has not been given it yet */
  constructor(media: HTMLMediaElement, isOurs: () => boolean) {
    this.#media = media;
    this.#seek = new LastingSeek(media, isOurs);
    // without metadata it may be where the source before was to start
    this.#last = media.readyState === HTMLMediaElement.HAVE_NOTHING ? 0 : media.currentTime;
    this.noteDuration();
  }

  get isLive(): boolean {
    return this.#isLive;
  }

  /** Where the viewer is, or has asked to be. */
  get current(): number {
    return this.#seek.asked ?? (this.#media.error ? this.#last : this.#media.currentTime);
  }

  /** Where the next source is to start; live, the edge is where its playlist says. */
  get start(): number | undefined {
    return this.#isLive ? undefined : this.current;
  }

  /**
   * Where the first source is to start: where the element is, if that has the same film. Another one starts at its
   * beginning, or where the page has asked to go since, or wants an element to start that has nothing yet.
   *
   * @param hasFilm whether the element has that film now: the page may have given it since
   */
  takeFirstStart(hasFilm: boolean): number | undefined {
    // the page may have asked an element to go elsewhere that had failed before this
    if (!this.#isAnotherFilm || hasFilm) return this.#isLive ? undefined : this.#media.currentTime || this.current;
    this.#seek.leaveFormer();
    const { currentTime, readyState } = this.#media;
    return this.#seek.asked ?? (readyState === HTMLMediaElement.HAVE_NOTHING ? currentTime : 0);
  }

  /** The last that is known, in seconds. */
  get last(): number {
    return this.#last;
  }

  /** The element knows. */
  note(): void {
    this.#last = this.#media.currentTime;
  }

  /** The first source is another film than the element has. */
  expectAnotherFilm(): void {
    this.#isAnotherFilm = true;
    this.#isLive = false;
    this.#seek.beginAnother();
  }

  keep(): void {
    this.#last = this.current;
  }

  /** A source that loads has none yet. */
  noteDuration(): void {
    if (!Number.isNaN(this.#media.duration)) this.#isLive = this.#media.duration === Infinity;
  }

  /** The element has failed: in WebKit it is at 0 now. */
  noteFailure(): void {
    this.#last = this.#seek.asked ?? (this.#media.currentTime || this.#last);
    this.hold();
  }

  /** From here on a seek counts, whatever becomes of the source. @param start of the next one */
  hold(start: number = this.current): void {
    this.#last = start;
    if (!this.#isLive) this.#seek.begin();
  }

  /** The element keeps its position itself again. */
  release(): void {
    this.#seek.end();
  }

  /** The first source does not come. */
  forgo(): void {
    this.#seek.returnToFormer();
  }
}
