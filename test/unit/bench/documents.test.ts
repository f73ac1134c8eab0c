import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { renderPage } from '../../bench/players/page-text.ts';
import { readResults } from '../../bench/players/write-results.ts';

test('docs/bench.md is that of test/bench/results.json', async () => {
  const isSame = renderPage(await readResults()) === readFileSync('docs/bench.md', 'utf8');
  // a difference of a page would be a page
  expect(isSame, 'npm run bench -- --render').toBe(true);
});
