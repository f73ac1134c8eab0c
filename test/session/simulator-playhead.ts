import type { World } from './simulator-world.ts';

/**
 * Where a viewer of a live stream is, in seconds of the stream: plays what is there at the pace of the stream, and
 * stands where that ends. Has what an adapter reads of a media element.
 */
export class Playhead {
  readonly #world: World;
  #at: number;
  #end: number;
  /** When it was at `#at`, in seconds in which the machine did not sleep. */
  #since: number;
  #isPaused = false;

  constructor(world: World, at: number) {
    this.#world = world;
    this.#at = this.#end = at;
    this.#since = world.awake();
  }

  get currentTime(): number {
    return Math.min(this.#end, this.#at + this.#world.awake() - this.#since);
  }

  get buffered(): { length: number; end: () => number } {
    return { length: 1, end: () => this.#end };
  }

  /** Since when there is nothing to play, in true seconds of the run; `undefined` while there is, or in a pause. */
  get drySince(): number | undefined {
    if (this.#isPaused) return undefined;
    const dryFor = this.#world.awake() - this.#since - (this.#end - this.#at);
    return dryFor > 0 ? this.#world.now() - dryFor : undefined;
  }

  append(seconds: number): void {
    this.#at = this.currentTime;
    this.#since = this.#world.awake();
    this.#end += seconds;
  }

  /** To where nothing is buffered; a wait for a picture goes on. */
  seek(at: number): void {
    this.#since += this.#end - this.#at;
    this.#at = this.#end = at;
  }

  async pause(until: Promise<void>): Promise<void> {
    const begun = this.#world.awake();
    this.#isPaused = true;
    await until;
    this.#isPaused = false;
    this.#since += this.#world.awake() - begun;
  }
}
