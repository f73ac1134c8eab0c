import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import LongestFirst from './test/support/longest-first.ts';
import { filesOf, runsMain } from './test/support/parts.ts';
import { programTags } from './test/support/programs.ts';
import { alias, root } from './test/support/sources.ts';

const from = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
/** Ends what hangs; no test waits for it, and it is no measure of a busy machine. */
const testTimeout = 60_000;
/**
 * Vitest would leave one core to itself, where it has nothing to do. Processes, for a thread that ends in the middle of
 * a response takes Node 20 along.
 */
const onAllCores = { pool: 'forks', maxWorkers: availableParallelism() } as const;

/** For projects that import the sources. */
const setupFiles = [from('test/support/as-development-build.ts')];

const unit = filesOf('unit', 'session', 'vectors', 'cat');
/** They measure the memory of their process, so they have one of their own. */
const ALONE = 'test/unit/**/*.alone.test.ts';

/**
 * In this order where one run has several. What measures CPU runs when all else is done.
 */
export default defineConfig({
  root,
  test: {
    reporters: ['default', from('test/support/count-reporter.ts')],
    sequence: { sequencer: LongestFirst },
    // sources are those of a development build, which tells of what tests do wrong on purpose
    onConsoleLog: (line) => !line.startsWith('secure-token'),
    // two runs at a time would write the same file
    cache: false,
    tags: programTags(),
    projects: [
      {
        root,
        resolve: { alias },
        test: {
          setupFiles: [...setupFiles, from('test/support/leave-nothing.ts')],
          name: 'unit',
          ...unit,
          exclude: [...unit.exclude, ALONE],
          testTimeout,
          ...onAllCores,
          // libraries are read once for many files: half of the CPU; leave-nothing.ts watches what files leave
          isolate: false,
          sequence: { groupOrder: 0 },
        },
      },
      {
        root,
        resolve: { alias },
        test: {
          setupFiles,
          name: 'alone',
          include: runsMain ? [ALONE] : [],
          exclude: unit.exclude,
          testTimeout,
          ...onAllCores,
          sequence: { groupOrder: 0 },
        },
      },
      {
        root,
        resolve: { alias },
        test: {
          setupFiles,
          name: 'properties',
          ...filesOf('properties'),
          // thousands of signatures each
          testTimeout: 10 * testTimeout,
          ...onAllCores,
          sequence: { groupOrder: 0 },
        },
      },
      {
        root,
        test: {
          name: 'dist',
          ...filesOf('dist'),
          globalSetup: [from('test/support/build-and-unpack.ts')],
          testTimeout,
          hookTimeout: 120_000,
          maxWorkers: availableParallelism(),
          sequence: { groupOrder: 1 },
        },
      },
      {
        root,
        test: {
          name: 'browser',
          ...filesOf('browser'),
          globalSetup: [from('test/support/build-and-unpack.ts')],
          testTimeout: 180_000,
          hookTimeout: 120_000,
          // players wait for the media clock most of the time: nine at once keep two cores busy, and none of them late
          maxWorkers: 3,
          maxConcurrency: 4,
          // one browser a worker, and its driver read once: a file starts a second of CPU earlier
          isolate: false,
          sequence: { groupOrder: 2 },
        },
      },
      {
        root,
        resolve: { alias },
        test: {
          setupFiles,
          name: 'growth',
          ...filesOf('growth'),
          testTimeout: 120_000,
          maxWorkers: 1,
          sequence: { groupOrder: 3 },
        },
      },
    ],
    passWithNoTests: !runsMain,
  },
});
