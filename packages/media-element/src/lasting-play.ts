/** The task after this one: the event that tells of a change of source comes after the rejection that it causes. */
const nextTask = (): Promise<void> => new Promise((resolve) => void setTimeout(resolve));

/**
 * A change of source rejects the promises of `play()` that are pending: they wait for it instead, and go on. An element
 * that has failed does not play, and does not remember that it was asked to: this does.
 */
export class LastingPlay {
  readonly #media: HTMLMediaElement;
  readonly #operation: () => Promise<void> | undefined;
  /** Takes what stood on the element itself, put there by the page or a player, back to it. */
  readonly #restore: () => void;
  #playRequested = false;

  /** @param operation the change of source that is under way */
  constructor(media: HTMLMediaElement, operation: () => Promise<void> | undefined) {
    this.#media = media;
    this.#operation = operation;
    const play = media.play.bind(media);
    const pause = media.pause.bind(media);
    const restores = [
      replaceMethod(media, 'play', () => this.#play(play)),
      replaceMethod(media, 'pause', () => {
        this.#playRequested = false;
        pause();
      }),
    ];
    this.#restore = () => restores.forEach((restore) => restore());
  }

  /** Whether `play()` was asked of the element after it had failed; asked once. */
  takeRequest(): boolean {
    const wasRequested = this.#playRequested;
    this.#playRequested = false;
    return wasRequested;
  }

  release(): void {
    this.#restore();
  }

  async #play(play: () => Promise<void>): Promise<void> {
    if (this.#media.error) this.#playRequested = true;
    for (;;) {
      try {
        await play();
        return;
      } catch (error) {
        await nextTask();
        if (!this.#operation()) throw error;
        await this.#operation();
        // paused meanwhile, or failed for good
        if (this.#media.paused || this.#media.error) throw error;
      }
    }
  }
}

/** Puts `method` on the element itself. The function returned takes it away, unless others have done so. */
function replaceMethod<Name extends 'play' | 'pause'>(
  media: HTMLMediaElement,
  name: Name,
  method: HTMLMediaElement[Name],
): () => void {
  const before = Object.getOwnPropertyDescriptor(media, name);
  media[name] = method;
  return () => {
    if (media[name] !== method) return;
    if (before) Object.defineProperty(media, name, before);
    else Reflect.deleteProperty(media, name);
  };
}
