import { listen } from 'secure-token-core/adapter';

/** The largest distance, in seconds, at which a position counts as the requested one. */
const NEAR_SECONDS = 0.5;

/** Returns the browser's own property `currentTime`, which ours, or one of the page, may hide. */
const native = (): PropertyDescriptor => Object.getOwnPropertyDescriptor(HTMLMediaElement.prototype, 'currentTime')!;

/** The position of each element that keeps one at present. */
const keeping = new WeakMap<HTMLMediaElement, PlaybackPosition>();

/**
 * The position of a media element, also while the element has failed and no longer knows it, or has not yet reached a
 * requested position.
 *
 * From a failure or a change of source until the next metadata, a property `currentTime` on the element keeps the last
 * position that was requested: WebKitGTK drops a seek of a failed element, and sometimes starts at 0. An element without
 * metadata starts its next source at the requested position, whichever source that is (HTML Living Standard, "default
 * playback start position"). If that source is not ours, the element is made to forget the position.
 */
export class PlaybackPosition {
  readonly #media: HTMLMediaElement;
  readonly #isOurs: () => boolean;
  /** The last position that the element has reported. */
  #last: number;
  #isLive = false;
  /** The position that was requested since the last failure or change of source. */
  #asked: number | undefined;
  /** The position that was requested of the film before this one. */
  #former: number | undefined;
  /** The functions that leave the position to the element again; `undefined` once they have. */
  #keeping: (() => void)[] | undefined;

  /** @param isOurs whether the element has the source that this position belongs to, or has not got it yet */
  constructor(media: HTMLMediaElement, isOurs: () => boolean) {
    this.#media = media;
    this.#isOurs = isOurs;
    // without metadata, `currentTime` may be the position at which the previous source was to start
    this.#last = media.readyState === HTMLMediaElement.HAVE_NOTHING ? 0 : media.currentTime;
    this.noteDuration();
  }

  get isLive(): boolean {
    return this.#isLive;
  }

  /** The position of the viewer, or the one that was requested since. */
  get current(): number {
    return this.#asked ?? (this.#media.error ? this.#last : this.#position);
  }

  /** The start of the next source. `undefined` for a live stream: it starts where its playlist says. */
  get start(): number | undefined {
    return this.#isLive ? undefined : this.current;
  }

  /** Prepares for a first source: what the page requests from now on is for that. */
  prepare(isSameFilm: boolean): void {
    const former = keeping.get(this.#media);
    this.#former = former && former.#asked;
    if (!isSameFilm) this.#isLive = false;
    this.#keep();
  }

  /**
   * Returns the start of the first source. The same film goes on where it was. Another film starts where the page has
   * requested since `prepare()`; in an element without a source also before; or else at its beginning.
   */
  takeFirstStart(isSameFilm: boolean): number | undefined {
    const { networkState, readyState } = this.#media;
    if (isSameFilm) return this.#isLive ? undefined : (this.#asked ?? this.#former ?? (this.#position || this.#last));
    this.#isLive = false;
    const hasSource =
      networkState === HTMLMediaElement.NETWORK_IDLE || networkState === HTMLMediaElement.NETWORK_LOADING;
    const isFree = !hasSource && readyState === HTMLMediaElement.HAVE_NOTHING && this.#position !== this.#former;
    return this.#asked ?? (isFree ? this.#position : 0);
  }

  /** Notes the position that the element reports. An element without metadata, or that has failed, reports none. */
  note(): void {
    const { error, readyState } = this.#media;
    if (!error && readyState > HTMLMediaElement.HAVE_NOTHING) this.#last = this.#position;
  }

  /** Notes whether the source is live. A source that still loads has no duration, and changes nothing. */
  noteDuration(): void {
    if (!Number.isNaN(this.#media.duration)) this.#isLive = this.#media.duration === Infinity;
  }

  /** Notes that the element has failed, and keeps its position: in WebKit the element is at 0 now. */
  noteFailure(): void {
    this.#last = this.#asked ?? (this.#position || this.#last);
    this.#keep();
  }

  /** Keeps the position until the metadata of the next source, which starts at `start`. */
  hold(start: number | undefined): void {
    this.#last = start ?? this.#last;
    this.#keep();
    this.#asked = start === 0 ? undefined : start;
    const onMetadata = (): void => {
      const asked = this.#isOurs() ? this.#asked : undefined;
      this.leave();
      if (asked !== undefined && Math.abs(this.#position - asked) > NEAR_SECONDS)
        native().set!.call(this.#media, asked);
    };
    this.#keeping?.push(listen(this.#media, ['loadedmetadata'], onMetadata, true));
  }

  /** Leaves the position to the element. */
  leave(): void {
    for (const stop of this.#keeping ?? []) stop();
    this.#asked = undefined;
    this.#keeping = undefined;
    if (keeping.get(this.#media) === this) keeping.delete(this.#media);
  }

  get #position(): number {
    return native().get!.call(this.#media) as number;
  }

  #keep(): void {
    if (this.#keeping || this.#isLive) return;
    const media = this.#media;
    keeping.get(media)?.leave();
    keeping.set(media, this);
    const onLoad = (): void => {
      if (this.#isOurs()) return;
      const isKept = media.readyState === HTMLMediaElement.HAVE_NOTHING && this.#position === this.#asked;
      if (isKept) native().set!.call(media, 0);
      this.leave();
    };
    const ends = [listen(media, ['emptied', 'loadstart'], onLoad, true)];
    this.#keeping = ends;
    // a property that the page has put on the element stays: it is not ours to remove
    if (Object.getOwnPropertyDescriptor(media, 'currentTime')) return;
    const set = (time: number | string): void => {
      // first, because this throws if `time` is not a number
      native().set!.call(media, time);
      // `time` may be text, such as the value of a slider
      this.#asked = this.#keeping && this.#isOurs() ? Number(time) : undefined;
    };
    const get = (): number => (media.error ? this.current : this.#position);
    Object.defineProperty(media, 'currentTime', { configurable: true, enumerable: true, get, set });
    ends.push(() => {
      if (Object.getOwnPropertyDescriptor(media, 'currentTime')?.set === set)
        Reflect.deleteProperty(media, 'currentTime');
    });
  }
}
