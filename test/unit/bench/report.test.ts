import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { renderChart } from '../../bench/players/chart.ts';
import { contenders } from '../../bench/players/contender.ts';
import { renderPage } from '../../bench/players/page-text.ts';
import { tablesOf } from '../../bench/players/report.ts';
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

test('docs/bench.md and its chart are those of test/bench/results.json', async () => {
  const results = await readResults();
  const written = ['docs/bench.md', 'docs/images/bench.svg'].map((path) => readFileSync(path, 'utf8'));
  // a difference of a page would be a page
  const isSame = [renderPage(results), renderChart(results)].map((text, index) => text === written[index]);
  expect(isSame, 'npm run bench -- players --render').toEqual([true, true]);
});
