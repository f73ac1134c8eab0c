import { expect, test } from 'vitest';
import { compareApi, entries } from '../support/api-report.mjs';

test.each(entries)('$report in docs/api-report is what the package exports: npm run api writes it', (entry) => {
  expect(compareApi(entry)).toEqual({ changed: false, problems: [] });
});
