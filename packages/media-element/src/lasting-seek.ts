/** A position that is this close to the one asked for, in seconds, is the one asked for. */
const NEAR_SECONDS = 0.5;

/**
 * WebKitGTK drops a seek of an element that has failed, without an event, and now and then starts at 0 where another
 * position was asked for before the metadata were there. While a source has failed or changes, `currentTime` remembers
 * what was asked for last, by the page or by the change itself, and asks again when there are metadata.
 */
export class LastingSeek {
  readonly #media: HTMLMediaElement;
  readonly #isOurs: () => boolean;
  #asked: number | undefined;
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
    // what the page has put on the element itself stays: it is not ours to remove
    if (this.#listening || Object.hasOwn(this.#media, 'currentTime')) return;
    const media = this.#media;
    const native = Object.getOwnPropertyDescriptor(HTMLMediaElement.prototype, 'currentTime')!;
    const current = (): number => native.get!.call(media) as number;
    this.#listening = new AbortController();
    this.#set = (time) => {
      // first: it throws what is no number
      native.set!.call(media, time);
      // a page may give text, as of a slider, and may call this when it is over, through a property put over ours
      this.#asked = this.#listening && this.#isOurs() ? Number(time) : undefined;
    };
    Object.defineProperty(media, 'currentTime', {
      configurable: true,
      enumerable: true,
      get: () => (media.error ? (this.#asked ?? current()) : current()),
      set: this.#set,
    });
    const askAgain = (): void => {
      const asked = this.#asked;
      if (asked !== undefined && Math.abs(current() - asked) > NEAR_SECONDS) native.set!.call(media, asked);
    };
    media.addEventListener('loadedmetadata', askAgain, { capture: true, signal: this.#listening.signal });
  }

  end(): void {
    if (!this.#listening) return;
    this.#listening.abort();
    this.#listening = this.#asked = undefined;
    const isOwn = Object.getOwnPropertyDescriptor(this.#media, 'currentTime')?.set === this.#set;
    if (isOwn) Reflect.deleteProperty(this.#media, 'currentTime');
  }
}
