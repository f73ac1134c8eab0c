/** A position that is this close to the one asked for, in seconds, is the one asked for. */
const NEAR_SECONDS = 0.5;

/** The browser's own, past what stands on an element. */
const native = (): PropertyDescriptor => Object.getOwnPropertyDescriptor(HTMLMediaElement.prototype, 'currentTime')!;

/** The one of each element: it may outlive the `NativeSource` that has made it, and ends when there is another. */
const lasting = new WeakMap<HTMLMediaElement, LastingSeek>();

/**
 * WebKitGTK drops a seek of an element that has failed, without an event, and now and then starts at 0 where another
 * position was asked for before the metadata were there. While a source has failed or changes, `currentTime` remembers
 * what was asked for last, by the page or by the change itself, and asks again when there are metadata.
 *
 * An element without metadata keeps what it was asked for, and starts whatever source it gets next there (HTML Living
 * Standard, "default playback start position"). If that source is not ours, it is made to forget.
 */
export class LastingSeek {
  readonly #media: HTMLMediaElement;
  readonly #isOurs: () => boolean;
  #asked: number | undefined;
  #listening: AbortController | undefined;
  #property: PropertyDescriptor | undefined;
  /** It ends with the next source, or the metadata of this one. */
  #isEnding = false;
  /** What the element was asked for of the film before, until it gets this one. */
  #former: number | undefined;

  /** @param isOurs whether the source is the one whose seeks last, or none was set yet: the page may set another one */
  constructor(media: HTMLMediaElement, isOurs: () => boolean) {
    this.#media = media;
    this.#isOurs = isOurs;
  }

  /** The position asked for since `begin()`, in seconds; `undefined` also where one of another source came after it. */
  get asked(): number | undefined {
    return this.#asked;
  }

  /** From here on the position asked for is kept. */
  begin(): void {
    this.#isEnding = false;
    const media = this.#media;
    if (!this.#listening) {
      lasting.get(media)?.stop();
      lasting.set(media, this);
      this.#listen();
    }
    // what the page has put on the element itself stays: it is not ours to remove
    if (!Object.hasOwn(media, 'currentTime')) this.#define();
  }

  /** Another film is to come, and what is asked from here on is for it. The one before stays until that is there. */
  beginAnother(): void {
    this.#former = lasting.get(this.#media)?.kept;
    this.begin();
  }

  /** The other film comes now: what the one before was asked for is not for it. */
  leaveFormer(): void {
    if (this.#asked === undefined) this.#forgetInElement();
    this.#former = undefined;
  }

  /** The other film does not come: the one before goes where it was asked to, or where the page has said since. */
  returnToFormer(): void {
    if (this.#asked === undefined) this.end();
    else this.stop();
  }

  /** The element keeps its position itself again: at once, or when it starts this source, or another one. */
  end(): void {
    this.#isEnding = true;
    if (this.kept === undefined) this.stop();
  }

  /** The element gets another source, and does not start that where this one was to start. */
  leave(): void {
    this.#forgetInElement();
    this.stop();
  }

  /** The element keeps its position itself again at once: its next source starts where the element says. */
  stop(): void {
    this.#listening?.abort();
    this.#listening = this.#asked = this.#former = undefined;
    if (lasting.get(this.#media) === this) lasting.delete(this.#media);
    this.#removeProperty();
  }

  /** The position that was asked for and at which the element, without metadata, would start its next source. */
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
        // first: it throws what is no number
        native().set!.call(media, time);
        // a page may give text, as of a slider, and may call this when it is over, through a property put over ours
        this.#asked = this.#listening && this.#isOurs() ? Number(time) : undefined;
      },
    };
    Object.defineProperty(media, 'currentTime', this.#property);
  }

  #removeProperty(): void {
    const own = Object.getOwnPropertyDescriptor(this.#media, 'currentTime');
    // what the page has put over it, or over a part of it, stays
    if (own?.set && own.set === this.#property?.set && own.get === this.#property.get)
      Reflect.deleteProperty(this.#media, 'currentTime');
  }
}
