/** A position that is this close to the one asked for, in seconds, is the one asked for. */
const NEAR_SECONDS = 0.5;

/** The one of each element: it may outlive the `NativeSource` that has made it, and ends when there is another. */
const lasting = new WeakMap<HTMLMediaElement, LastingSeek>();

/**
 * While a source has failed or changes, `currentTime` remembers what was asked for last, by the page or by the change
 * itself, and asks the element for it when there are metadata.
 *
 * - An element that has no metadata would keep it for whatever source it gets next, also for one of the page (HTML
 *   Living Standard, "default playback start position").
 * - WebKitGTK drops a seek of an element that has failed, without an event, and now and then starts at 0 where another
 *   position was asked for before the metadata were there.
 */
export class LastingSeek {
  readonly #media: HTMLMediaElement;
  readonly #isOurs: () => boolean;
  #asked: number | undefined;
  /** What was asked for waits for metadata: the element has not heard of it. */
  #waits = false;
  #isEnding = false;
  #listening: AbortController | undefined;
  #set: ((time: number | string) => void) | undefined;

  /** @param isOurs whether the source is the one whose seeks last: the page may have set another one */
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
    if (this.#listening) return;
    lasting.get(media)?.stop();
    // what the page has put on the element itself stays: it is not ours to remove
    if (Object.hasOwn(media, 'currentTime')) return;
    lasting.set(media, this);
    const native = Object.getOwnPropertyDescriptor(HTMLMediaElement.prototype, 'currentTime')!;
    const position = (): number => native.get!.call(media) as number;
    const { signal } = (this.#listening = new AbortController());
    this.#set = (time) => {
      // a page may give text, as of a slider, and may call this when it is over, through a property put over ours
      const seconds = Number(time);
      const isKept = !signal.aborted && this.#isOurs();
      const waits = isKept && media.readyState === HTMLMediaElement.HAVE_NOTHING && Number.isFinite(seconds);
      // throws what is no number
      if (!waits) native.set!.call(media, time);
      this.#waits = waits;
      this.#asked = isKept ? seconds : undefined;
    };
    Object.defineProperty(media, 'currentTime', {
      configurable: true,
      enumerable: true,
      get: () => {
        const isKept = (this.#waits || !!media.error) && this.#isOurs();
        return isKept ? (this.#asked ?? position()) : position();
      },
      set: this.#set,
    });
    const onMetadata = (): void => {
      const asked = this.#asked;
      if (asked === undefined || !this.#isOurs()) return;
      const isThere = this.#waits ? position() === asked : Math.abs(position() - asked) <= NEAR_SECONDS;
      this.#waits = false;
      if (!isThere) native.set!.call(media, asked);
      if (this.#isEnding) this.stop();
    };
    media.addEventListener('loadedmetadata', onMetadata, { capture: true, signal });
    const onLoad = (): void => {
      if (!this.#isOurs()) this.stop();
    };
    for (const type of ['abort', 'emptied', 'loadstart'])
      media.addEventListener(type, onLoad, { capture: true, signal });
  }

  /** The element keeps its position itself again: at once, or when it has heard what was asked of this source. */
  end(): void {
    this.#isEnding = true;
    if (!this.#waits || !this.#isOurs()) this.stop();
  }

  /** The element keeps its position itself again, and what it has not heard is forgotten. */
  stop(): void {
    if (!this.#listening) return;
    this.#listening.abort();
    this.#listening = this.#asked = undefined;
    this.#waits = false;
    const media = this.#media;
    lasting.delete(media);
    const isOwn = Object.getOwnPropertyDescriptor(media, 'currentTime')?.set === this.#set;
    if (isOwn) Reflect.deleteProperty(media, 'currentTime');
  }
}
