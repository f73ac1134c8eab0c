import { setImmediate, setTimeout as delay } from 'node:timers/promises';
import type { Token } from '../../packages/core/src/index.ts';
import type { Answer, Lab } from './hls-lab.ts';

/** Milliseconds between two looks at a page. */
const LOOK_MS = 5;

/** A player alone, with a token that it has from the start, and with tokens that it asks an endpoint for, one a URL. */
export type Kind = 'alone' | 'token in hand' | 'tokens asked for';
export const kinds: readonly Kind[] = ['alone', 'token in hand', 'tokens asked for'];

/**
 * A page in which one player after the other goes through a script. Its clock stands still unless the script moves it,
 * and its server answers when the script lets it, so the speed of the machine changes nothing.
 */
export class Witness {
  readonly lab: Lab;
  readonly #kind: Kind;
  #releases: (() => void)[] = [];
  #held: Promise<unknown>[] = [];
  #arrivals = new Map<string, number>();

  constructor(lab: Lab, kind: Kind) {
    this.lab = lab;
    this.#kind = kind;
    // longer than any test, and than its clock
    lab.ttl = 1e6;
    lab.format = kind === 'alone' ? 'none' : kind === 'token in hand' ? 'prefix' : 'path';
  }

  /** Forgets the player before. @returns the tokens of the next one; `undefined` for one without the plugin */
  protected reset(routes: Lab['routes']): Token[] | undefined {
    const { lab } = this;
    lab.routes = routes;
    lab.requests.length = 0;
    if (this.#kind === 'alone') return undefined;
    return this.#kind === 'token in hand' ? [lab.token(`${lab.origin}/v/`)] : [];
  }

  /** Ways in which the server was asked, each once. */
  protected get served(): string[] {
    const ways = this.lab.guarded.map(({ method, status, headers }) =>
      [method, status, headers.range, headers.cookie, headers['x-app']].filter(Boolean).join(' '),
    );
    return [...new Set(ways)].sort();
  }

  /** The first `times` requests for `path` are answered so, and those that follow with the file. */
  answer(path: string, answer: Answer, times = Infinity): void {
    let count = 0;
    this.lab.routes[path] = () => (++count <= times ? answer : this.lab.file(path));
  }

  /** Requests for `path` are not answered until `release()`; then the first `times` are answered so. */
  hold(path: string, answer?: Answer, times = Infinity): void {
    let count = 0;
    const released = new Promise<void>((resolve) => this.#releases.push(resolve));
    this.#arrivals.delete(path);
    const answerOnceReleased = async (): Promise<Answer> => {
      await released;
      return answer !== undefined && ++count <= times ? answer : this.lab.file(path);
    };
    this.lab.routes[path] = () => {
      this.#arrivals.set(path, (this.#arrivals.get(path) ?? 0) + 1);
      const answering = answerOnceReleased();
      this.#held.push(answering);
      return answering;
    };
  }

  /** Resolves when the server has answered what it held, whether or not a page still waits for it. */
  async release(): Promise<void> {
    for (const release of this.#releases.splice(0)) release();
    await Promise.all(this.#held.splice(0));
    await setImmediate();
  }

  /** Resolves when the server has got a request that it holds. */
  async arrived(path: string): Promise<void> {
    await this.#until(async () => this.#arrivals.has(path) || undefined);
  }

  /** Resolves when nothing but the request that it holds is under way. */
  async alone(path: string): Promise<void> {
    await this.arrived(path);
    await this.#until(() => this.lab.page.evaluate(() => window.witness.underWay.size === 1 || undefined));
  }

  protected async outwaitUntil(path: string, type: string): Promise<void> {
    for (let times = 1; ; times++) {
      const isOver = await this.#until(async () => {
        if (await this.#saw(type)) return true;
        // nothing else is to time out
        const isAlone = await this.lab.page.evaluate(() => window.witness.underWay.size === 1);
        return isAlone && (this.#arrivals.get(path) ?? 0) >= times ? false : undefined;
      });
      if (isOver) return;
      await this.forward(25);
      // it waits before it tries again
      if (await this.lab.page.evaluate(() => !window.witness.underWay.size)) await this.forward(5);
    }
  }

  async run<T>(body: (args: T) => unknown, args?: T): Promise<void> {
    await this.lab.page.evaluate(body as (args: unknown) => unknown, args);
  }

  /** Resolves when the player has told this event. */
  async saw(type: string): Promise<void> {
    await this.#until(() => this.#saw(type));
  }

  #saw(type: string): Promise<true | undefined> {
    return this.lab.page.evaluate(
      (wanted) =>
        Object.values(window.witness.events)
          .flat()
          .some((event) => event.type === wanted) || undefined,
      type,
    );
  }

  /** Moves the clock of the page: every timer that is due until then has run once. */
  forward(seconds: number): Promise<void> {
    return this.lab.page.clock.fastForward(seconds * 1000);
  }

  /** Resolves when the player has nothing more to do, whatever time passes. */
  async settled(): Promise<void> {
    for (let before = -1, now = await this.#rest(), round = 0; before !== now; round++) {
      if (round > 100) throw new Error(`It goes on for ever: ${await this.lab.page.evaluate(takeStock)}`);
      before = now;
      // a turn of the controllers, and then longer than a player waits before it tries something again
      for (const seconds of [0.1, 0.5, 10]) {
        await this.forward(seconds);
        now = await this.#rest();
        if (now !== before) break;
      }
    }
  }

  /** Resolves when nothing is under way that time alone does not end, to how much has been told until then. */
  #rest(): Promise<number> {
    return this.#until(() =>
      this.lab.page.evaluate(() => {
        // a player that is disposed of takes it along
        const { seeking, buffered, currentTime } = document.querySelector('video') ?? document.createElement('video');
        const isArriving =
          seeking &&
          Array.from({ length: buffered.length }, (_, index) => index).some(
            (index) => buffered.start(index) <= currentTime && currentTime < buffered.end(index),
          );
        const { underWay, events } = window.witness;
        return underWay.size || isArriving ? undefined : Object.values(events).flat().length;
      }),
    );
  }

  /** Lets time pass, slower than it does, until there is an answer: no time-out ends what takes a busy machine long. */
  async #until<T>(look: () => Promise<T | undefined>): Promise<T> {
    // a busy machine looks so seldom that a second of the page may take it half a minute
    for (const end = Date.now() + 60_000; ;) {
      const found = await look();
      if (found !== undefined) return found;
      await this.lab.page.clock.runFor(1);
      // what it waits for needs the processor, too
      await delay(LOOK_MS);
      if (Date.now() > end) throw new Error(`${look.toString()}: not so, ${await this.lab.page.evaluate(takeStock)}`);
    }
  }
}

/** Runs inside the page. */
function takeStock(): string {
  const { underWay, events } = window.witness;
  const last = Object.values(events).map((each) => each.at(-1)?.type);
  return JSON.stringify({ underWay: [...underWay].map(({ what }) => what), last });
}
