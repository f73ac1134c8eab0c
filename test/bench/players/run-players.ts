import { loadavg } from 'node:os';
import { describeMachine } from './machine.ts';
import type { Contender } from './contender.ts';
import { contenders } from './contender.ts';
import { createStage } from '../../support/stage.ts';
import { createBenchOrigin } from './bench-media.ts';
import { loadCurve } from './load-curve.ts';
import type { BenchResults } from './bench-results.ts';
import type { Sample } from './sample.ts';
import { addSample } from './sample.ts';
import { measureEstimates } from './scenario-estimate.ts';
import { measureLive } from './scenario-live.ts';
import { incidentNames, measureRecovery } from './scenario-recovery.ts';
import { measureStart } from './scenario-start.ts';
import { sizesOf } from './sizes.ts';

/** From a new page to the first picture and full buffers, alone on the machine. */
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
};

/** A scenario that fails leaves a gap in its round, not in the others. */
async function measured(name: string): Promise<Map<Contender, Sample>> {
  try {
    return await scenarios[name]!(contenders);
  } catch (error) {
    console.error(`${name}: ${String(error)}`);
    return new Map();
  }
}

/**
 * Everything, `rounds` times over: what disturbs the machine for a while does not hit one scenario alone.
 *
 * @param onRound is given what there is after each round
 * @param before figures that the new ones are added to
 * @throws if those come from another machine, or from other versions
 */
export async function runPlayers(
  rounds: number,
  onRound: (results: BenchResults) => Promise<void>,
  before?: BenchResults,
): Promise<BenchResults> {
  const machine = await describeMachine();
  if (before && Object.entries(machine).some(([name, value]) => before.machine[name] !== value))
    throw new Error('Those figures come from another machine, or from other versions. Measure all of them again.');
  const measuredBefore = before?.rounds ?? 0;
  let results: BenchResults = {
    date: new Date().toISOString().slice(0, 10),
    rounds: measuredBefore,
    machine,
    sizes: await sizesOf(contenders),
    samples: before?.samples ?? {},
    loadCurve: loadCurve(),
  };
  const begun = Date.now();
  while (results.rounds < measuredBefore + rounds) {
    let { samples } = results;
    for (const name of Object.keys(scenarios)) {
      for (const [contender, sample] of await measured(name)) samples = addSample(samples, contender.name, sample);
      const seconds = Math.round((Date.now() - begun) / 1000);
      console.log(`round ${results.rounds + 1} of ${measuredBefore + rounds}: ${name}, ${seconds} s`);
    }
    // says whether the machine had other work
    const load = { 'load average at the end': loadavg()[1]!.toFixed(1) };
    results = { ...results, machine: { ...machine, ...load }, samples, rounds: results.rounds + 1 };
    await onRound(results);
  }
  return results;
}
