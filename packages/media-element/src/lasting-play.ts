import { replaceMethod } from './replace-method.ts';

/**
 * Resolves in the next task: a change of source rejects `play()` before it fires the event that tells of the change.
 */
const nextTask = (): Promise<void> => new Promise((resolve) => void setTimeout(resolve));

/**
 * The `play()` of an element across changes of its source. A change of source rejects pending promises of `play()`;
 * with this class they wait for the change instead, and continue. An element that has failed does not remember whether
 * it played, or was asked to play, so this class remembers it.
 */
export class LastingPlay {
  readonly #media: HTMLMediaElement;
  readonly #operation: () => Promise<void> | undefined;
  #isWanted: boolean;
  #hasBegun: boolean;

  /**
   * @param operation returns the change of source that is under way
   * @param signal restores the methods that the page or a player had put on the element, when it aborts
   */
  constructor(media: HTMLMediaElement, operation: () => Promise<void> | undefined, signal: AbortSignal) {
    this.#media = media;
    this.#operation = operation;
    this.#isWanted = !media.paused;
    this.#hasBegun = !media.paused || media.played.length > 0;
    media.addEventListener('play', () => (this.#isWanted = this.#hasBegun = true), { signal });
    // `load()` of the page pauses the element without an event `pause`; the attribute `autoplay` starts it again
    const onEmptied = (): unknown => (this.#isWanted &&= !media.paused || media.autoplay);
    media.addEventListener('emptied', onEmptied, { capture: true, signal });
    // the browser pauses an element that has failed for good
    media.addEventListener('pause', () => (this.#isWanted &&= media.error !== null), { signal });
    const play = media.play.bind(media);
    const pause = media.pause.bind(media);
    const restores = [
      replaceMethod(media, 'play', () => this.#play(play)),
      replaceMethod(media, 'pause', () => {
        this.#isWanted = false;
        this.#hasBegun = true;
        pause();
      }),
    ];
    signal.addEventListener('abort', () => restores.forEach((restore) => restore()));
  }

  /**
   * Whether the element plays. After a failure: whether the element played when it failed, or was asked to play since.
   */
  get isWanted(): boolean {
    return this.#isWanted || !this.#media.paused;
  }

  /** Whether the source has played, or was paused: otherwise the attribute `autoplay` may still start it. */
  get hasBegun(): boolean {
    return this.#hasBegun;
  }

  /** Begins anew with a first source, which the attribute `autoplay` may start. */
  beginAnew(): void {
    this.#hasBegun = this.isWanted;
  }

  async #play(play: () => Promise<void>): Promise<void> {
    if (this.#media.error) this.#isWanted = true;
    for (;;) {
      try {
        await play();
        return;
      } catch (error) {
        await nextTask();
        if (!this.#operation()) throw error;
        await this.#operation();
        // the element has been paused meanwhile, or has failed for good
        if (this.#media.paused || this.#media.error) throw error;
      }
    }
  }
}
