import type { World } from './simulator-world.ts';

/**
 * The place of a viewer of a live stream, in seconds of the stream. The playhead plays what is there at the pace of the
 * stream, stands where that ends, and has what an adapter reads of a media element.
 */
export class Playhead {
  readonly #world: World;
  #at: number;
  #end: number;
  /** Second at which the viewer was at `#at`, without those in which the machine slept. */
  #since: number;
  #isPaused = false;

  constructor(world: World, at: number) {
    this.#world = world;
    this.#end = at;
    this.#at = at;
    this.#since = world.awake();
  }

  get currentTime(): number {
    return Math.min(this.#end, this.#at + this.#world.awake() - this.#since);
  }

  get buffered(): { length: number; end: () => number } {
    return { length: 1, end: () => this.#end };
  }

  /** Second of the run since which there is nothing to play; `undefined` while there is, or in a pause. */
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

  /** Seeks to where nothing is buffered; a wait for a picture goes on. */
  seek(at: number): void {
    this.#since += this.#end - this.#at;
    this.#end = at;
    this.#at = at;
  }

  async pause(until: Promise<void>): Promise<void> {
    const begun = this.#world.awake();
    this.#isPaused = true;
    await until;
    this.#isPaused = false;
    this.#since += this.#world.awake() - begun;
  }
}
