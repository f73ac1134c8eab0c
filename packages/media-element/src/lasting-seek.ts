/** The largest distance, in seconds, at which a position counts as the requested one. */
const NEAR_SECONDS = 0.5;

/** Returns the browser's own property `currentTime`, which a property on the element may hide. */
const native = (): PropertyDescriptor => Object.getOwnPropertyDescriptor(HTMLMediaElement.prototype, 'currentTime')!;

/**
 * The active `LastingSeek` of each element. It may outlive the `NativeSource` that made it, and ends when another one
 * begins.
 */
const lasting = new WeakMap<HTMLMediaElement, LastingSeek>();

/**
 * The requested position of an element, kept while its source has failed or changes. WebKitGTK drops a seek of a failed
 * element without an event, and sometimes starts at 0 although another position was requested before the metadata
 * arrived. So a property `currentTime` on the element remembers the last position that the page or the change of source
 * has requested, and `LastingSeek` requests it again when the metadata arrives.
 *
 * An element without metadata keeps the requested position and starts its next source there, whichever source that is
 * (HTML Living Standard, "default playback start position"). If that source is not ours, `LastingSeek` makes the
 * element forget the position.
 */
export class LastingSeek {
  readonly #media: HTMLMediaElement;
  readonly #isOurs: () => boolean;
  #asked: number | undefined;
  #listening: AbortController | undefined;
  #property: PropertyDescriptor | undefined;
  /** Whether to stop when the metadata of this source arrives. A source that is not ours stops it in any case. */
  #isEnding = false;
  /** The position that was requested of the previous film, until the element gets this one. */
  #former: number | undefined;

  /**
   * @param isOurs whether the element has the source whose seeks are kept, or has not got it yet; the page may set
   *   another source
   */
  constructor(media: HTMLMediaElement, isOurs: () => boolean) {
    this.#media = media;
    this.#isOurs = isOurs;
  }

  /**
   * The position requested since `begin()`, in seconds; `undefined` if there was none, or if the last one was for
   * another source.
   */
  get asked(): number | undefined {
    return this.#asked;
  }

  /** Begins to keep the requested position. */
  begin(): void {
    this.#isEnding = false;
    const media = this.#media;
    if (!this.#listening) {
      lasting.get(media)?.stop();
      lasting.set(media, this);
      this.#listen();
    }
    // a property that the page has put on the element stays: it is not ours to remove
    if (!Object.hasOwn(media, 'currentTime')) this.#define();
  }

  /**
   * Begins for another film that is still to come: positions requested from now on are for that film. Until it comes,
   * the previous film keeps its own requested position.
   */
  beginAnother(): void {
    this.#former = lasting.get(this.#media)?.kept;
    this.begin();
  }

  /**
   * Drops the position that was requested of the previous film, because the other film comes now. An element without a
   * source keeps any other position, which the page has requested for our film.
   */
  leaveFormer(): void {
    const media = this.#media;
    const hasSource = !!(media.getAttribute('src') ?? media.querySelector('source'));
    const isForFormer = hasSource ? media.readyState === HTMLMediaElement.HAVE_NOTHING : this.kept !== undefined;
    if (this.#asked === undefined && isForFormer) native().set!.call(this.#media, 0);
    this.#former = undefined;
  }

  /**
   * Gives up the other film, which does not come. The previous film goes to its requested position, or to a position
   * that the page has requested since.
   */
  returnToFormer(): void {
    if (this.#asked === undefined) this.end();
    else this.stop();
  }

  /**
   * Leaves the position to the element again: at once, or, if the element is still to start at the requested position,
   * when this source or another one has started.
   */
  end(): void {
    this.#isEnding = true;
    if (this.kept === undefined) this.stop();
  }

  /** Stops, and makes the element forget the requested position, so that its next source does not start there. */
  leave(): void {
    this.#forgetInElement();
    this.stop();
  }

  /** Leaves the position to the element at once: the next source starts where the element says. */
  stop(): void {
    this.#listening?.abort();
    this.#listening = this.#asked = this.#former = undefined;
    if (lasting.get(this.#media) === this) lasting.delete(this.#media);
    this.#removeProperty();
  }

  /** The requested position at which the element, which has no metadata yet, would start its next source. */
  get kept(): number | undefined {
    const asked = this.#asked ?? this.#former;
    const isKept = this.#media.readyState === HTMLMediaElement.HAVE_NOTHING && asked === this.#position();
    return isKept ? asked : undefined;
  }

  #forgetInElement(): void {
    if (this.kept !== undefined) native().set!.call(this.#media, 0);
  }

  #position(): number {
    return native().get!.call(this.#media) as number;
  }

  #listen(): void {
    const { signal } = (this.#listening = new AbortController());
    const options = { capture: true, signal };
    this.#media.addEventListener('loadedmetadata', () => this.#onMetadata(), options);
    const onLoad = (): void => {
      if (!this.#isOurs()) this.leave();
    };
    for (const type of ['abort', 'emptied', 'loadstart']) this.#media.addEventListener(type, onLoad, options);
  }

  #onMetadata(): void {
    const isOurs = this.#isOurs();
    const asked = isOurs ? (this.#asked ?? this.#former) : undefined;
    if (asked !== undefined && Math.abs(this.#position() - asked) > NEAR_SECONDS)
      native().set!.call(this.#media, asked);
    if (this.#isEnding || !isOurs) this.stop();
  }

  #define(): void {
    const media = this.#media;
    this.#property = {
      configurable: true,
      enumerable: true,
      get: () => (media.error ? (this.#asked ?? this.#position()) : this.#position()),
      set: (time: number | string) => {
        // first, because this throws if `time` is not a number
        native().set!.call(media, time);
        // `time` may be text, such as the value of a slider. A property that the page has put over ours may call this
        // after `stop()`.
        this.#asked = this.#listening && this.#isOurs() ? Number(time) : undefined;
      },
    };
    Object.defineProperty(media, 'currentTime', this.#property);
  }

  #removeProperty(): void {
    const own = Object.getOwnPropertyDescriptor(this.#media, 'currentTime');
    // a property that the page has put over ours stays, also if it replaces only the getter or the setter
    if (own?.set && own.set === this.#property?.set && own.get === this.#property.get)
      Reflect.deleteProperty(this.#media, 'currentTime');
  }
}
