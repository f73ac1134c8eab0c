import { expect, test } from 'vitest';
import { compareApi, entries } from '../support/api-report.mjs';

test.each(entries)('docs/api-report/$report is what npm run api writes', { tags: ['shipped-build'] }, (entry) => {
  expect(compareApi(entry)).toEqual({ changed: false, problems: [] });
});
