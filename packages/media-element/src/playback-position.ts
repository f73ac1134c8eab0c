import { LastingSeek } from './lasting-seek.ts';

/** Where a media element is: also while it has failed and does not know, or has been asked to go elsewhere. */
export class PlaybackPosition {
  readonly #media: HTMLMediaElement;
  readonly #seek: LastingSeek;
  #last = 0;
  #isLive = false;

  /** @param isOurs whether the element has the source whose position this is */
  constructor(media: HTMLMediaElement, isOurs: () => boolean) {
    this.#media = media;
    this.#seek = new LastingSeek(media, isOurs);
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

  /** The last that is known, in seconds. */
  get last(): number {
    return this.#last;
  }

  /** The element knows. */
  note(): void {
    this.#last = this.#media.currentTime;
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

  /** From here on a seek counts, whatever becomes of the source. */
  hold(): void {
    this.keep();
    if (!this.#isLive) this.#seek.begin();
  }

  /** The element keeps its position itself again. */
  release(): void {
    this.#seek.end();
  }

  /** The page has set another source. Where ours was to start or to go, it would start: an element keeps that. */
  leave(): void {
    const { asked } = this.#seek;
    this.release();
    if (this.#media.currentTime === asked) this.#media.currentTime = 0;
  }
}
