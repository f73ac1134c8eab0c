import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { codes } from '../../../packages/cli/src/doctor/codes.ts';

test('docs/doctor.md has a row for each code, with its message, in the order of the findings', () => {
  const rows = readFileSync('docs/doctor.md', 'utf8').match(/^\| `(?:endpoint|edge|child)-.*$/gm);
  const shown = (text: string): string => text.replace(/\{(\w+)\}/g, '*$1*');
  expect(rows).toEqual(Object.entries(codes).map(([code, [message]]) => `| \`${code}\` | ${shown(message)} |`));
});
