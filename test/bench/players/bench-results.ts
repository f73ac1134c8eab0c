import type { LoadCurve } from './load-curve.ts';
import type { Results } from './sample.ts';

/** The conditions that figures depend on, by name: the machine, and versions. */
export type Machine = Readonly<Record<string, string>>;

/** When and on what something was measured. */
export interface Occasion {
  /** As in `2026-11-27`. */
  readonly date: string;
  readonly machine: Machine;
}

/** All that a page of figures is made from. */
export interface BenchResults extends Occasion {
  /** By scenario, of those that were measured by themselves. */
  readonly apart?: Readonly<Record<string, Occasion>>;
  readonly rounds: number;
  /** Bytes that a page loads beside the player, by contender. */
  readonly sizes: Readonly<Record<string, number>>;
  /** By contender and metric. */
  readonly samples: Results;
  readonly loadCurve: LoadCurve;
}
