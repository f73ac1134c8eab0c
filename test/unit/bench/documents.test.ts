import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { renderChart } from '../../bench/players/chart.ts';
import { renderPage } from '../../bench/players/page-text.ts';
import { readResults } from '../../bench/players/write-results.ts';

test('docs/bench.md and its chart are those of test/bench/results.json', async () => {
  const results = await readResults();
  const written = ['docs/bench.md', 'docs/images/bench.svg'].map((path) => readFileSync(path, 'utf8'));
  // a difference of a page would be a page
  const isSame = [renderPage(results), renderChart(results)].map((text, index) => text === written[index]);
  expect(isSame, 'npm run bench -- players --render').toEqual([true, true]);
});
