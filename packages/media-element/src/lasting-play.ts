import { replaceMethod } from './replace-method.ts';

/** The task after this one: the event that tells of a change of source comes after the rejection that it causes. */
const nextTask = (): Promise<void> => new Promise((resolve) => void setTimeout(resolve));

/**
 * A change of source rejects the promises of `play()` that are pending: they wait for it instead, and go on. An element
 * that has failed does not play, and remembers neither that it did nor that it was asked to: this does.
 */
export class LastingPlay {
  readonly #media: HTMLMediaElement;
  readonly #operation: () => Promise<void> | undefined;
  #isWanted: boolean;

  /**
   * @param operation the change of source that is under way
   * @param signal gives the element back what stood on it, put there by the page or a player
   */
  constructor(media: HTMLMediaElement, operation: () => Promise<void> | undefined, signal: AbortSignal) {
    this.#media = media;
    this.#operation = operation;
    this.#isWanted = !media.paused;
    media.addEventListener('play', () => (this.#isWanted = true), { signal });
    // a browser pauses what has failed for good
    media.addEventListener('pause', () => (this.#isWanted &&= media.error !== null), { signal });
    const play = media.play.bind(media);
    const pause = media.pause.bind(media);
    const restores = [
      replaceMethod(media, 'play', () => this.#play(play)),
      replaceMethod(media, 'pause', () => {
        this.#isWanted = false;
        pause();
      }),
    ];
    signal.addEventListener('abort', () => restores.forEach((restore) => restore()));
  }

  /** Whether the element plays, or has played or been asked to play when it failed. */
  get isWanted(): boolean {
    return this.#isWanted || !this.#media.paused;
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
        // paused meanwhile, or failed for good
        if (this.#media.paused || this.#media.error) throw error;
      }
    }
  }
}
