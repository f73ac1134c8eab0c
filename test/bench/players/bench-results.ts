import type { LoadCurve } from './load-curve.ts';
import type { Results } from './sample.ts';

/** All that a page of figures is made from. */
export interface BenchResults {
  /** As in `2026-11-27`. */
  readonly date: string;
  readonly rounds: number;
  readonly machine: Readonly<Record<string, string>>;
  /** Bytes that a page loads beside the player, by contender. */
  readonly sizes: Readonly<Record<string, number>>;
  /** By contender and metric. */
  readonly samples: Results;
  readonly loadCurve: LoadCurve;
}
