import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { bundleSize } from '../support/bundle-size.ts';
import budgets from './budgets.json' with { type: 'json' };

/** Ceilings that notice an accident, in bytes, minified and gzipped: nothing is written shorter than it reads well for them. */
test.each(Object.entries(budgets))('%s stays within %i bytes', async (folder, budget) => {
  const size = await bundleSize(`packages/${folder}/dist/index.js`);
  console.log(`${folder}: ${size} of ${budget} bytes`);
  expect(size).toBeLessThanOrEqual(budget);
});

test.each(Object.entries(budgets).filter(([folder]) => folder !== 'core'))('the script file of %s stays within %i bytes', (folder, budget) => {
  const { unpkg } = JSON.parse(readFileSync(`packages/${folder}/package.json`, 'utf8')) as { unpkg: string };
  expect(gzipSync(readFileSync(`packages/${folder}/${unpkg}`), { level: 9 }).length).toBeLessThanOrEqual(budget);
});

test('the service worker stays within the budget of its package', () => {
  expect(gzipSync(readFileSync('packages/worker/dist/token-worker.js'), { level: 9 }).length).toBeLessThanOrEqual(budgets.worker);
});
