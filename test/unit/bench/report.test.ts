import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { renderChart } from '../../bench/players/chart.ts';
import { contenders, withBothTokens } from '../../bench/players/contender.ts';
import { describeOccasions, renderPage } from '../../bench/players/page-text.ts';
import { tablesOf } from '../../bench/players/report.ts';
import { outageKinds, outageSeconds, returnMetric } from '../../bench/players/outage-cells.ts';
import { describeSpread } from '../../bench/players/spread.ts';
import { readResults } from '../../bench/players/write-results.ts';
import { resultsWith } from './bench-lab.ts';

/** The cells of the row that begins with `name`. */
function rowOf(table: string, name: string): string[] {
  const row = table.split('\n').find((line) => line.startsWith(`| ${name} |`))!;
  return row.split(' | ').map((cell) => cell.replace(/^\| | \|$/g, ''));
}

test('tables have a row for each contender, ours in bold', () => {
  const { start } = tablesOf(resultsWith());
  expect(start.split('\n')).toHaveLength(2 + contenders.length);
  expect(rowOf(start, '**secure-token-hlsjs**')).toEqual([
    '**secure-token-hlsjs**',
    '160 (150–170)',
    '610 (600–620)',
    '–',
    '–',
    '15 / 57',
    '0 % (−10 – +10)',
    '22.1 kB',
  ]);
});

test('an unprotected player asks no endpoint, however long that takes', () => {
  const [, fast, slow] = rowOf(tablesOf(resultsWith()).start, 'hls.js, unprotected');
  expect(slow).toBe(fast);
});

test('a row that never has a picture again stays, and says so', () => {
  const { live } = tablesOf(resultsWith());
  expect(rowOf(live, '`xhrSetup` fetches a token for each request').at(-1)).toBe('**does not come back**');
  expect(rowOf(live, '**secure-token-hlsjs**').at(-1)).toBe('0');
});

test('tables of nothing have dashes, no NaN', () => {
  for (const table of Object.values(tablesOf(resultsWith({})))) expect(table).not.toMatch(/NaN|undefined|Infinity/);
});

test('the chart has a bar for each row, and those that never came back are as long as the longest', () => {
  const chart = renderChart(resultsWith());
  const lengths = [...chart.matchAll(/<rect class="recipe"[^>]*width="([\d.]+)"/g)].map(([, width]) => Number(width));
  expect(lengths).toContain(120);
  expect(chart).toContain('>for good</text>');
  expect(chart).not.toMatch(/NaN|undefined|Infinity/);
  expect(chart).toContain('prefers-color-scheme: dark');
});

test('the chart of nothing is one', () => {
  expect(renderChart(resultsWith({}))).not.toMatch(/NaN|undefined|Infinity/);
});

test('a scenario measured by itself says when, and what was another machine then', () => {
  const machine = { processor: 'a newer one', Node: '20.19.0' };
  const apart = { live: { date: '2026-11-28', machine } };
  expect(describeOccasions({ ...resultsWith(), apart })).toBe(
    'Measured on 2026-11-27: processor a processor, 2 cores, Node 20.19.0. ' +
      'The scenario `live`: on 2026-11-28, processor a newer one.',
  );
});

test('docs/limits.md has beside its simulated viewers those that test/bench/results.json has of a browser', async () => {
  const { samples } = await readResults();
  const rows = readFileSync('docs/limits.md', 'utf8')
    .split('\n')
    .map((line) => line.split('|').map((cell) => cell.trim()));
  for (const { name, player, carrier } of withBothTokens) {
    for (const kind of outageKinds) {
      const token = carrier === 'exact' ? 'each URL' : 'the folder';
      const row = rows.find((cells) => cells[1] === player && cells[2] === token && cells[3] === kind);
      const measured = outageSeconds.map((seconds) => describeSpread(samples[name]?.[returnMetric(kind, seconds)]));
      expect(row?.slice(7, 10), `${player}, ${token}, ${kind}`).toEqual(measured);
    }
  }
});

test('docs/bench.md and its chart are those of test/bench/results.json', async () => {
  const results = await readResults();
  const written = ['docs/bench.md', 'docs/images/bench.svg'].map((path) => readFileSync(path, 'utf8'));
  // a difference of a page would be a page
  const isSame = [renderPage(results), renderChart(results)].map((text, index) => text === written[index]);
  expect(isSame, 'npm run bench -- players --render').toEqual([true, true]);
});
