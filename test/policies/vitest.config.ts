import { defineConfig } from 'vitest/config';
import { programTags } from '../support/programs.ts';
import { alias, root } from '../support/sources.ts';

/** The tests that read sources: a place that is broken in one of these turns them red without a build. */
export default defineConfig({
  root,
  resolve: { alias },
  test: {
    setupFiles: ['test/support/as-development-build.ts'],
    include: ['test/{unit,session,vectors,properties}/**/*.test.ts'],
    tags: programTags(),
    // ends what a break lets hang; it is no measure of a busy machine
    testTimeout: 60_000,
    pool: 'threads',
  },
});
