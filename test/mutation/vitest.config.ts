import { defineConfig } from 'vitest/config';
import { alias, root } from '../support/sources.ts';

/**
 * The tests that are to notice a mutant: of core and of the server, without what waits for other processes or measures
 * memory.
 */
export default defineConfig({
  root,
  resolve: { alias },
  test: {
    include: [
      'test/unit/{core,server}/**/*.test.ts',
      'test/session/live.test.ts',
      'test/vectors/{azion,nginx,formats}.test.ts',
    ],
    exclude: ['test/unit/core/memory.alone.test.ts', 'test/unit/server/endpoint/rate-limit.matrix.test.ts'],
    setupFiles: ['test/support/as-development-build.ts', 'test/support/leave-nothing.ts'],
    testTimeout: 20_000,
    // sources are read once for a mutant, and not once for each of its test files: a tenth of the time
    isolate: false,
  },
});
