import type { LoadCurve } from './load-curve.ts';
import type { Results } from './sample.ts';

/** The conditions that figures depend on, by name: the machine, and versions. */
export type Machine = Readonly<Record<string, string>>;

/** The date and the machine of a measurement. */
export interface Occasion {
  /** The date, such as `2026-11-27`. */
  readonly date: string;
  readonly machine: Machine;
}

/** Everything that a page of figures is made from. */
export interface BenchResults extends Occasion {
  /** Occasions of the scenarios that were measured by themselves, by scenario. */
  readonly apart?: Readonly<Record<string, Occasion>>;
  readonly rounds: number;
  /** Bytes that a page loads beside the player, by contender. */
  readonly sizes: Readonly<Record<string, number>>;
  /** Figures by contender and metric. */
  readonly samples: Results;
  readonly loadCurve: LoadCurve;
}
