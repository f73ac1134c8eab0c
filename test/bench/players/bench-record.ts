/** The record that a page keeps while it plays. */
export interface BenchRecord {
  /** Requests of the player for segments, with their times in ms of the page. */
  readonly asked: { readonly path: string; readonly at: number }[];
  /** Refusals that the player was told of. */
  readonly refusals: (string | number)[];
  /** Errors that have ended playback. */
  readonly failures: string[];
  /** Returns the player's estimate of the throughput, in bits a second. */
  estimate: () => number;
  startedAt: number;
  firstFrameAt: number;
  /** Milliseconds by which the clock of the viewer is ahead. */
  clockOffset: number;
  ask(url: string): void;
  /** Notes a refusal; anything else is no business of the tokens. */
  refuse(status: number | undefined): void;
}

declare global {
  interface Window {
    bench: BenchRecord;
  }
}

/** Runs in the page, before its scripts. */
export function installBenchRecord(): void {
  const bench: BenchRecord = {
    asked: [],
    refusals: [],
    failures: [],
    estimate: () => NaN,
    startedAt: NaN,
    firstFrameAt: NaN,
    clockOffset: 0,
    ask: (url) => {
      bench.asked.push({ path: new URL(url, location.href).pathname, at: performance.now() });
    },
    refuse(status) {
      if (status === 401 || status === 403 || status === 410) bench.refusals.push(status);
    },
  };
  window.bench = bench;
  performance.setResourceTimingBufferSize(10_000);
  // media events do not bubble
  document.addEventListener(
    'loadeddata',
    () => {
      bench.firstFrameAt = Number.isNaN(bench.firstFrameAt) ? performance.now() : bench.firstFrameAt;
    },
    { capture: true },
  );
  // a sleep: the clock has gone on, and no timer has
  const { now } = Date;
  window.Date = new Proxy(Date, {
    construct: (target, args: number[]) =>
      args.length > 0 ? new target(...(args as [number])) : new target(now() + bench.clockOffset),
    get: (target, name) => (name === 'now' ? () => now() + bench.clockOffset : (Reflect.get(target, name) as unknown)),
  });
}
