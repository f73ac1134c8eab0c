import { LastingSeek } from './lasting-seek.ts';

/** Where a media element is: also while it has failed and does not know, or has been asked to go elsewhere. */
export class PlaybackPosition {
  readonly #media: HTMLMediaElement;
  readonly #seek: LastingSeek;
  readonly #soughtBefore: boolean;
  #last: number;
  #isLive = false;
  /** The page or the viewer has asked to go elsewhere since. */
  #hasSought = false;

  /** @param isOurs whether the element has the source whose position this is */
  constructor(media: HTMLMediaElement, isOurs: () => boolean) {
    this.#media = media;
    this.#seek = new LastingSeek(media, isOurs);
    this.#soughtBefore = media.seeking;
    this.#last = media.currentTime;
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
   * Where the first source is to start. Another film than the one that the element has starts at its beginning, unless
   * the element has been asked to go elsewhere meanwhile, or has not loaded anything that it could be the position of.
   */
  firstStart(isSameFilm: boolean): number | undefined {
    if (isSameFilm) return this.start;
    this.#isLive = false;
    // also ends the one that a source before has left, with its position
    this.#seek.begin();
    const { currentTime, readyState, seeking } = this.#media;
    const isAsked = this.#hasSought || (seeking && !this.#soughtBefore);
    return isAsked || readyState === HTMLMediaElement.HAVE_NOTHING ? currentTime : 0;
  }

  /** The last that is known, in seconds. */
  get last(): number {
    return this.#last;
  }

  /** The element knows. */
  note(): void {
    this.#last = this.#media.currentTime;
  }

  noteSeek(): void {
    this.#hasSought = true;
    this.note();
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

  /** The element keeps its position itself again, once it has heard what was asked of its source. */
  release(): void {
    this.#seek.end();
  }
}
