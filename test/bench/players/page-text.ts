import { readFileSync } from 'node:fs';
import type { BenchResults, Machine } from './bench-results.ts';
import { estimateDifference, tablesOf } from './report.ts';

const template = readFileSync(new URL('page.md', import.meta.url), 'utf8');

const listOf = (machine: Machine): string =>
  Object.entries(machine)
    .map(([name, value]) => `${name} ${value}`)
    .join(', ');

/** Describes the date and the machine of all figures. For scenarios measured by themselves, names only what differs. */
function describeOccasions({ date, machine, apart = {} }: BenchResults): string {
  const others = Object.entries(apart).map(([scenario, occasion]) => {
    const differing = Object.entries(occasion.machine).filter(([name, value]) => machine[name] !== value);
    const differences = listOf(Object.fromEntries(differing));
    return `The scenario \`${scenario}\`: on ${occasion.date}${differences && `, ${differences}`}.`;
  });
  return [`Measured on ${date}: ${listOf(machine)}.`, ...others].join(' ');
}

/** `docs/bench.md`: the text beside this file, with the figures where they are named. */
export function renderPage(results: BenchResults): string {
  const { rounds, loadCurve } = results;
  const values: Readonly<Record<string, string | number>> = {
    ...tablesOf(results),
    occasions: describeOccasions(results),
    rounds:
      rounds > 1
        ? `Each figure is the median of ${rounds} rounds, with the lowest and the highest in brackets.`
        : 'Measured in one round: a first look.',
    estimate: estimateDifference(results),
    viewers: loadCurve.viewers,
    spread: Math.max(...loadCurve.spread),
    together: Math.max(...loadCurve.together),
  };
  return template.replace(/\{\{(\w+)\}\}/g, (_, name: string) => String(values[name]));
}
