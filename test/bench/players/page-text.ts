import { readFileSync } from 'node:fs';
import type { BenchResults, Machine } from './bench-results.ts';
import { picturesOf } from './pictures.ts';
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

/** Returns what shows each picture, by the name of its file: GitHub and browsers choose the one for light or dark. */
function pictureTags(results: BenchResults): Record<string, string> {
  const { bars, curves } = picturesOf(results);
  const tags = [...bars, ...curves].map(({ file, title }) => {
    const lines = [
      '<picture>',
      `  <source media="(prefers-color-scheme: dark)" srcset="images/${file}-dark.svg">`,
      `  <img alt="${title}" src="images/${file}-light.svg">`,
      '</picture>',
    ];
    return [`${file}Picture`, lines.join('\n')];
  });
  return Object.fromEntries(tags) as Record<string, string>;
}

/** `docs/bench.md`: the text beside this file, with the figures where they are named. */
export function renderPage(results: BenchResults): string {
  const { rounds, loadCurve } = results;
  const values: Readonly<Record<string, string | number>> = {
    ...tablesOf(results),
    ...pictureTags(results),
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
