import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { bundleSize } from '../support/bundle-size.ts';
import budgets from './budgets.json' with { type: 'json' };

/**
 * Ceilings that notice an accident, in bytes, minified and gzipped: nothing is written shorter than it reads well for
 * them. `size` is what the package had when it was last looked at.
 */
test.each(Object.entries(budgets))('%s stays below its ceiling', async (folder, { ceiling, size: before }) => {
  const size = await bundleSize(`packages/${folder}/dist/index.js`);
  const change = (size / before - 1) * 100;
  if (Math.abs(change) > 2) console.log(`${folder}: ${size} bytes, ${change.toFixed(1)} % more than in budgets.json`);
  expect(size).toBeLessThanOrEqual(ceiling);
});

const scripts = Object.entries(budgets).filter(([folder]) => folder !== 'core');
test.each(scripts)('the script file of %s stays below its ceiling', (folder, { ceiling }) => {
  const { unpkg } = JSON.parse(readFileSync(`packages/${folder}/package.json`, 'utf8')) as { unpkg: string };
  expect(gzipSync(readFileSync(`packages/${folder}/${unpkg}`), { level: 9 }).length).toBeLessThanOrEqual(ceiling);
});

test('the service worker stays below the ceiling of its package', () => {
  const { length } = gzipSync(readFileSync('packages/worker/dist/token-worker.js'), { level: 9 });
  expect(length).toBeLessThanOrEqual(budgets.worker.ceiling);
});
