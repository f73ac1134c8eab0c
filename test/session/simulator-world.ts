import { vi } from 'vitest';
import { START } from '../unit/core/lab-time.ts';
import type { Fault } from './simulator-plan.ts';

/** The checks, by the names that a red run prints. */
export type Invariant =
  | 'scope'
  | 'settles'
  | 'reasons'
  | 'unhandled'
  | 'after destroy'
  | 'secrets'
  | 'unsign'
  | 'single flight'
  | 'batch'
  | 'rate'
  | 'unused'
  | 'denied'
  | 'replays'
  | 'recovery'
  | 'picture'
  | 'stale'
  | 'healthy';

export interface Violation {
  readonly invariant: Invariant;
  /** The name of the check, what was wrong, and when in virtual time. */
  readonly message: string;
}

/** Text that only tokens of a run contain: where it stands, there is a token. */
export const SECRET = 'zq7x';

// the real one: a run is under fake timers
const { setImmediate } = globalThis;
const drain = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Time, the viewer's machine, and what was seen. */
export class World {
  readonly trace: string[] = [];
  readonly violations: Violation[] = [];
  readonly active = new Set<Fault>();
  /** Seconds by which the viewer's clock is ahead of the true time. */
  viewerOffset = 0;
  isOnline = true;
  /** Second since which endpoint and edge do what they should; Infinity while they do not. */
  healthySince = -Infinity;
  /**
   * Second since which endpoint and edge do what they should, the machine is awake and its clock goes on; else
   * Infinity.
   */
  wellSince = -Infinity;
  #slept = 0;
  #ownTimers = 0;
  readonly #listeners = new Map<string, Set<(event: Event) => void>>();
  readonly #zero = performance.now();

  /** True seconds since the run began. */
  readonly now = (): number => (performance.now() - this.#zero) / 1000 + this.#slept;
  /** Seconds in which the machine did not sleep. */
  readonly awake = (): number => (performance.now() - this.#zero) / 1000;
  /** Returns the true time in unix seconds. */
  unix(): number {
    return START + this.now();
  }
  readonly viewerMs = (): number => (this.unix() + this.viewerOffset) * 1000;

  log(what: string): void {
    this.trace.push(`${this.now().toFixed(3).padStart(8)} ${what}`);
  }

  violate(invariant: Invariant, what: string): void {
    this.log(`!!! ${invariant}: ${what}`);
    // the first few tell what is wrong
    if (this.violations.length < 5) {
      this.violations.push({ invariant, message: `${invariant}: ${what} (at ${this.now().toFixed(3)} s)` });
    }
  }

  /** Sets a timer of the simulation, not of what it tests. */
  later(seconds: number, run: () => void): () => void {
    this.#ownTimers++;
    const timer = setTimeout(() => {
      this.#ownTimers--;
      isOver = true;
      run();
    }, seconds * 1000);
    let isOver = false;
    return () => {
      if (isOver) return;
      isOver = true;
      this.#ownTimers--;
      clearTimeout(timer);
    };
  }

  pause(seconds: number): Promise<void> {
    return new Promise((resolve) => this.later(seconds, resolve));
  }

  /** Lets the machine sleep: no timer fires meanwhile, and `performance.now()` stands still. */
  sleep(seconds: number): void {
    this.#slept += seconds;
  }

  /** Fires one timer after the other until `isOver`. */
  async passUntil(isOver: () => boolean): Promise<void> {
    await drain();
    while (!isOver() && vi.getTimerCount() > 0) {
      vi.advanceTimersToNextTimer();
      await drain();
    }
  }

  get foreignTimers(): number {
    return vi.getTimerCount() - this.#ownTimers;
  }

  get listeners(): number {
    return [...this.#listeners.values()].reduce((sum, { size }) => sum + size, 0);
  }

  /** A page without a document: what `realm.ts` and `retry-policy.ts` look at. */
  stubPage(fetch: (url: string, init: RequestInit) => Promise<unknown>): void {
    const of = (type: string): Set<(event: Event) => void> => {
      const known = this.#listeners.get(type) ?? new Set();
      this.#listeners.set(type, known);
      return known;
    };
    vi.stubGlobal(
      'addEventListener',
      (type: string, listener: (event: Event) => void, { signal }: AddEventListenerOptions = {}) => {
        of(type).add(listener);
        signal?.addEventListener('abort', () => of(type).delete(listener));
      },
    );
    vi.stubGlobal('removeEventListener', (type: string, listener: (event: Event) => void) => of(type).delete(listener));
    vi.stubGlobal('navigator', { onLine: true });
    vi.stubGlobal('fetch', fetch);
  }

  tell(type: 'visibilitychange' | 'pageshow' | 'online'): void {
    this.log(type);
    for (const listener of [...(this.#listeners.get(type) ?? [])]) listener({ type } as Event);
  }

  setOnline(isOnline: boolean): void {
    this.isOnline = isOnline;
    vi.stubGlobal('navigator', { onLine: isOnline });
    if (isOnline) this.tell('online');
  }

  /** Endpoint or edge go wrong, or are well again. */
  setFault(fault: Fault, isOn: boolean): void {
    this.log(`${isOn ? 'begins' : 'ends'}: ${fault.kind}`);
    if (isOn) this.active.add(fault);
    else this.active.delete(fault);
    this.wellSince = this.active.size > 0 ? Infinity : this.now();
    this.healthySince = this.wellSince;
    if (fault.kind === 'offline') this.setOnline(!isOn);
  }

  /** Notes that something has happened for which players and sources need a moment. */
  disturb(): void {
    this.wellSince = Math.max(this.wellSince, this.now());
  }

  fault(...kinds: Fault['kind'][]): Fault | undefined {
    return [...this.active].find(({ kind }) => kinds.includes(kind));
  }
}
