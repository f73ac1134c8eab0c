import { readFileSync } from 'node:fs';
import type { BenchResults } from './bench-results.ts';
import { tablesOf } from './report.ts';

const template = readFileSync(new URL('page.md', import.meta.url), 'utf8');

/** `docs/bench.md`: the text beside this file, with the figures where they are named. */
export function renderPage(results: BenchResults): string {
  const { date, rounds, machine, loadCurve } = results;
  const values: Readonly<Record<string, string | number>> = {
    ...tablesOf(results),
    date,
    rounds:
      rounds > 1
        ? `Each figure is the median of ${rounds} rounds, with the least and the most of them in brackets.`
        : 'Measured in one round: a first look.',
    machine: Object.entries(machine)
      .map(([name, value]) => `${name} ${value}`)
      .join(', '),
    viewers: loadCurve.viewers,
    spread: Math.max(...loadCurve.spread),
    together: Math.max(...loadCurve.together),
  };
  return template.replace(/\{\{(\w+)\}\}/g, (_, name: string) => String(values[name]));
}
