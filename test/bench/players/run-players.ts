import { loadavg } from 'node:os';
import { describeMachine } from './machine.ts';
import type { Contender } from './contender.ts';
import { contenders } from './contender.ts';
import { createStage } from '../../support/stage.ts';
import { createBenchOrigin } from './bench-media.ts';
import { loadCurve } from './load-curve.ts';
import type { BenchResults, Machine } from './bench-results.ts';
import type { Sample } from './sample.ts';
import { addSample, replaceSamples } from './sample.ts';
import { measureEstimates } from './scenario-estimate.ts';
import { measureLive } from './scenario-live.ts';
import { measureOutages } from './scenario-outage.ts';
import { incidentNames, measureRecovery } from './scenario-recovery.ts';
import { measureStart } from './scenario-start.ts';
import { sizesOf } from './sizes.ts';

/** Measures a start from a new page to the first picture and full buffers, alone on the machine. */
async function measureStarts(all: readonly Contender[]): Promise<Map<Contender, Sample>> {
  const origin = createBenchOrigin();
  const stage = await createStage({ origin });
  const expanding = await createStage({ origin, expand: { fetch } });
  const samples = new Map<Contender, Sample>();
  try {
    // the first one finds nothing ready: neither browser nor connections
    for (const where of [stage, expanding]) await measureStart(where, all[0]!, 50, true);
    for (const contender of all) {
      const where = contender.start === 'expand' ? expanding : stage;
      const fast = await measureStart(where, contender, 50, true);
      // without an endpoint it is the same once more
      const slow = contender.way === 'unprotected' ? {} : await measureStart(where, contender, 500, false);
      samples.set(contender, { ...fast, ...slow });
    }
    return samples;
  } finally {
    await stage.dispose();
    await expanding.dispose();
  }
}

const scenarios: Readonly<Record<string, (all: readonly Contender[]) => Promise<Map<Contender, Sample>>>> = {
  start: measureStarts,
  estimate: measureEstimates,
  ...Object.fromEntries(
    incidentNames.map((incident) => [incident, (all: readonly Contender[]) => measureRecovery(incident, all)]),
  ),
  live: measureLive,
  outage: measureOutages,
};

/** The scenario that has one round, with one viewer a cell and minutes of waiting, however many rounds others have. */
const ONCE = 'outage';

/** A scenario that fails leaves a gap in its round, not in the others. */
async function measured(name: string): Promise<Map<Contender, Sample>> {
  try {
    return await scenarios[name]!(contenders);
  } catch (error) {
    console.error(`${name}: ${String(error)}`);
    return new Map();
  }
}

export interface RunOptions {
  readonly rounds: number;
  /** Scenarios by name; all of them if there is none. */
  readonly chosen: readonly string[];
  /** Whether samples are added to those of `before`, or take their place. */
  readonly add: boolean;
  /** Figures that were written. What is not measured now stays as it is. */
  readonly before: BenchResults | undefined;
  /** Gets the results after each round. */
  readonly onRound: (results: BenchResults) => Promise<void>;
}

const today = (): string => new Date().toISOString().slice(0, 10);

/** @throws if samples would be added to those of another machine, or of other versions */
function checkMachine({ before, chosen, add }: RunOptions, machine: Machine): void {
  if (!before || !add) return;
  const occasions = chosen.length > 0 ? chosen.map((name) => before.apart?.[name] ?? before) : [before];
  if (occasions.some(({ machine: theirs }) => Object.entries(machine).some(([name, value]) => theirs[name] !== value)))
    throw new Error('Those figures come from another machine, or from other versions. Measure all of them again.');
}

const newResults = async (machine: Machine, before: BenchResults | undefined): Promise<BenchResults> => ({
  date: today(),
  ...(before?.apart && { apart: before.apart }),
  rounds: before?.rounds ?? 0,
  machine,
  sizes: await sizesOf(contenders),
  samples: before?.samples ?? {},
  loadCurve: loadCurve(),
});

/**
 * Measures all that is chosen, `rounds` times over: what disturbs the machine for a while does not hit one scenario
 * alone.
 *
 * @throws if a scenario does not exist, or samples would be added to those of another machine or of other versions
 */
export async function runPlayers(options: RunOptions): Promise<BenchResults> {
  const { rounds, chosen, add, before, onRound } = options;
  const unknown = chosen.find((name) => !(name in scenarios));
  if (unknown !== undefined)
    throw new Error(`There is no scenario ${unknown}. There are: ${Object.keys(scenarios).join(', ')}.`);
  const machine = await describeMachine();
  checkMachine(options, machine);
  const isPart = before !== undefined && chosen.length > 0;
  // sizes are those of the build at hand, whichever scenarios are measured
  let results = isPart ? { ...before, sizes: await sizesOf(contenders) } : await newResults(machine, before);
  const isKept = new Set(add ? Object.keys(scenarios) : []);
  const begun = Date.now();
  for (let round = 1; round <= rounds; round++) {
    let { samples } = results;
    const done: string[] = [];
    for (const name of isPart ? chosen : Object.keys(scenarios)) {
      if (name === ONCE && (round > 1 || (add && !isPart))) continue;
      const all = await measured(name);
      const put = isKept.has(name) ? addSample : replaceSamples;
      for (const [contender, sample] of all) samples = put(samples, contender.name, sample);
      if (all.size > 0) {
        isKept.add(name);
        done.push(name);
      }
      const seconds = Math.round((Date.now() - begun) / 1000);
      console.log(`round ${round} of ${rounds}: ${name}, ${seconds} s`);
    }
    // says whether the machine had other work
    const occasion = {
      date: today(),
      machine: { ...machine, 'load average at the end': loadavg()[1]!.toFixed(1) },
    };
    results = isPart
      ? {
          ...results,
          samples,
          apart: { ...results.apart, ...Object.fromEntries(done.map((name) => [name, occasion])) },
        }
      : { ...results, ...occasion, samples, rounds: results.rounds + 1 };
    await onRound(results);
  }
  return results;
}
