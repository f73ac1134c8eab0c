import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { renderChart } from '../../bench/players/chart.ts';
import { withBothTokens } from '../../bench/players/contender.ts';
import { renderPage } from '../../bench/players/page-text.ts';
import { outageKinds, outageSeconds, returnMetric } from '../../bench/players/outage-cells.ts';
import { describeSpread } from '../../bench/players/spread.ts';
import { readResults } from '../../bench/players/write-results.ts';

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
