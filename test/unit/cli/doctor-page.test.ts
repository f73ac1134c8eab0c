import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { codes } from '../../../packages/cli/src/doctor/codes.ts';

test('docs/doctor.md has a row for each code, with its message, in the order of the findings', () => {
  const rows = readFileSync('docs/doctor.md', 'utf8').match(/^\| `(?:endpoint|edge|child)-.*$/gm);
  const shown = (text: string): string => text.replace(/\{(\w+)\}/g, '*$1*');
  expect(rows).toEqual(Object.entries(codes).map(([code, [message]]) => `| \`${code}\` | ${shown(message)} |`));
});

test('the codes that scripts rely on are there, and no more than thirty', () => {
  const fixed =
    'edge-unreachable edge-open edge-refuses-valid edge-accepts-tampered edge-accepts-expired edge-cors-missing ' +
    'edge-cors-missing-on-refusal edge-caches-refusals edge-caches-across-tokens edge-clock child-refused ' +
    'child-other-host child-open endpoint-unreachable endpoint-not-found endpoint-not-json endpoint-denies ' +
    'endpoint-cors-missing endpoint-cacheable endpoint-milliseconds endpoint-clock endpoint-no-token-for-url ' +
    'endpoint-no-carrier endpoint-lifetime endpoint-same-token-after-refused endpoint-signs-anything endpoint-fails';
  expect(Object.keys(codes)).toEqual(expect.arrayContaining(fixed.split(' ')));
  expect(Object.keys(codes).length).toBeLessThanOrEqual(30);
});
