import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { bundleSize } from '../support/bundle-size.ts';
import budgets from './budgets.json' with { type: 'json' };

const tags = ['shipped-build'];

/**
 * Ceilings that notice an accident, in bytes, minified and gzipped: nothing is written shorter than it reads well for
 * them. `size` is what the package had when it was last looked at.
 */
test.each(Object.entries(budgets))(
  '%s stays below its ceiling',
  { tags },
  async (folder, { ceiling, size: before }) => {
    const size = await bundleSize(`packages/${folder}/dist/index.js`);
    const change = (size / before - 1) * 100;
    if (Math.abs(change) > 2) console.log(`${folder}: ${size} bytes, ${change.toFixed(1)} % more than in budgets.json`);
    expect(size).toBeLessThanOrEqual(ceiling);
  },
);

const scripts = Object.entries(budgets).filter(([folder]) => folder !== 'core');
test.each(scripts)('the script file of %s stays below its ceiling', { tags }, (folder, { ceiling }) => {
  const { unpkg } = JSON.parse(readFileSync(`packages/${folder}/package.json`, 'utf8')) as { unpkg: string };
  expect(gzipSync(readFileSync(`packages/${folder}/${unpkg}`), { level: 9 }).length).toBeLessThanOrEqual(ceiling);
});

describe('of the token worker', { tags }, () => {
  const compressed = (file: string): number =>
    gzipSync(readFileSync(`packages/worker/dist/${file}`), { level: 9 }).length;

  test('the file for media stays below its ceiling, for it reads no playlists and signs nothing for scripts', () => {
    expect(compressed('token-worker.js')).toBeLessThanOrEqual(15_300);
    const text = readFileSync('packages/worker/dist/token-worker.js', 'utf8');
    expect(['EXTINF', 'SegmentTemplate', 'opaqueredirect'].filter((word) => text.includes(word))).toEqual([]);
  });

  test('the file for scripts stays below the ceiling of the package', () => {
    expect(compressed('token-worker-all.js')).toBeLessThanOrEqual(budgets.worker.ceiling);
  });

  test('the page side, where the worker asks, carries no core', async () => {
    const ceiling = 4100;
    expect(await bundleSize('packages/worker/dist/index.js', 'registerTokenWorker')).toBeLessThanOrEqual(ceiling);
    expect(compressed('register-token-worker.min.js')).toBeLessThanOrEqual(ceiling);
  });

  test('the README says no less', () => {
    const row = readFileSync('README.md', 'utf8')
      .split('\n')
      .find((line) => line.startsWith('| [`secure-token-worker`]'));
    expect(row).toContain('worker ≤ 15.3 kB, for scripts too ≤ 21.1 kB; page ≤ 4.1 kB');
  });
});
