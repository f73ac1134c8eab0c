import { existsSync } from 'node:fs';
import { defineConfig } from 'vitest/config';

const from = (path: string): string => new URL(path, import.meta.url).pathname;
const root = from('..');
const alias = Object.fromEntries(
  ['core', 'hlsjs', 'progressive', 'server', 'worker']
    .map((folder) => [`secure-token-${folder}`, from(`../packages/${folder}/src/index.ts`)])
    .filter(([, path]) => existsSync(path!)),
);

/** In this order: first what needs no browser, then one browser file at a time, for these measure real time. */
export default defineConfig({
  root,
  test: {
    reporters: ['default', from('support/count-reporter.ts')],
    projects: [
      {
        root,
        resolve: { alias },
        test: {
          name: 'unit',
          include: ['test/{unit,session,vectors,properties}/**/*.test.ts'],
          // nothing here waits for real time: this ends what hangs, and is no measure of a busy machine
          testTimeout: 60_000,
          sequence: { groupOrder: 0 },
        },
      },
      {
        root,
        test: {
          name: 'dist',
          include: ['test/dist/**/*.test.ts'],
          testTimeout: 60_000,
          hookTimeout: 120_000,
          sequence: { groupOrder: 1 },
        },
      },
      {
        root,
        test: {
          name: 'browser',
          include: ['test/browser/**/*.test.ts'],
          globalSetup: [from('support/unpack-chromium.ts')],
          testTimeout: 180_000,
          // players in real time, on a machine that may stand still for a second; the closing lines name what needed it
          retry: 1,
          hookTimeout: 120_000,
          maxWorkers: 1,
          fileParallelism: false,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
});
