/** @type {import('@stryker-mutator/api/core').PartialStrykerOptions} */
export default {
  testRunner: 'vitest',
  vitest: { configFile: 'test/mutation/vitest.config.ts' },
  // core, and where the server verifies and judges
  mutate: [
    'packages/core/src/**/*.ts',
    'packages/server/src/url/*.ts',
    'packages/server/src/crypto/base64url.ts',
    'packages/server/src/token/{token-query,sign-url,token-scope}.ts',
    'packages/server/src/format-parts/{carriers,cdn-format,opened-scope,signing-format}.ts',
    'packages/server/src/formats/{azion,link-template,secure-link}.ts',
    'packages/server/src/azion/*.ts',
  ],
  ignorePatterns: ['test/browser', 'examples', 'packages/*/dist'],
  coverageAnalysis: 'perTest',
  // a mutant that only changes the words of a message is none of behaviour
  mutator: { excludedMutations: ['StringLiteral'] },
  reporters: ['progress-append-only', 'clear-text', 'html', 'json'],
  clearTextReporter: { reportTests: false, logTests: false },
  htmlReporter: { fileName: 'coverage/mutation.html' },
  jsonReporter: { fileName: 'coverage/mutation.json' },
  tempDirName: 'coverage/stryker',
  concurrency: 2,
  thresholds: { high: 95, low: 90, break: 85 },
};
