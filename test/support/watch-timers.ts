/** A timer that is set and has neither ended nor been cleared. */
type Handle = ReturnType<typeof setTimeout>;

/** The place in the sources of this repository that a line of a stack names. */
const OURS = /packages\/[\w-]+\/src\/[^\s)]+/;
/** Milliseconds in which what is about to end, such as a connection that is closing, clears its timers. */
const PATIENCE = 5000;
const STEP = 10;

/** The line of the stack that called the function which asks; a library sets timers of its own, for the whole process. */
const callerOf = (stack = ''): string => stack.split('\n')[2] ?? '';

/**
 * Watches the real timers from here on. A timer that outlives its test file would go on in the fake clock of the next
 * one: what it sets there counts as a timer of that file's tests. A source that nobody has destroyed leaves one, and so
 * does a call that nobody waits for.
 */
export class WatchedTimers {
  readonly #own = { setTimeout, setInterval, clearTimeout, clearInterval };
  readonly #left = new Map<Handle, string | undefined>();

  constructor() {
    const { setTimeout, setInterval, clearTimeout, clearInterval } = this.#own;
    const forget = (handle?: Handle | string | number): void => {
      this.#left.delete(handle as Handle);
    };
    const setOnce = (callback: (...given: unknown[]) => void, delay?: number, ...given: unknown[]): Handle => {
      const handle = setTimeout(() => {
        forget(handle);
        callback(...given);
      }, delay);
      return this.#note(handle, new Error('setTimeout').stack);
    };
    const setAgain = (...given: Parameters<typeof setInterval>): Handle =>
      this.#note(setInterval(...given), new Error('setInterval').stack);
    const clear =
      (own: typeof clearTimeout | typeof clearInterval): typeof clearTimeout =>
      (handle) => {
        forget(handle);
        own(handle);
      };
    Object.assign(globalThis, {
      // `util.promisify` finds its version under a symbol of the function
      setTimeout: Object.assign(setOnce, setTimeout),
      setInterval: Object.assign(setAgain, setInterval),
      clearTimeout: clear(clearTimeout),
      clearInterval: clear(clearInterval),
    });
  }

  #note(handle: Handle, stack: string | undefined): Handle {
    this.#left.set(handle, OURS.exec(callerOf(stack))?.[0]);
    return handle;
  }

  /** The places in our sources whose timers have neither ended nor been cleared. */
  get #places(): string[] {
    return [...new Set(this.#left.values())].filter((place) => place !== undefined);
  }

  /**
   * Clears what is left, and gives the process its own functions back.
   *
   * @returns the places in our sources that have set what was left; timers of libraries and of tests are cleared alone
   */
  async end(): Promise<string[]> {
    const { setTimeout, clearTimeout } = this.#own;
    for (let waited = 0; this.#places.length > 0 && waited < PATIENCE; waited += STEP)
      await new Promise((resolve) => {
        setTimeout(resolve, STEP);
      });
    const places = this.#places;
    for (const handle of this.#left.keys()) clearTimeout(handle);
    Object.assign(globalThis, this.#own);
    return places;
  }
}
