import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { codes } from '../../../packages/cli/src/doctor/codes.ts';

const page = readFileSync('docs/doctor.md', 'utf8');

/** A text of the table as the page shows it. */
const shown = (text: string): string => text.replace(/\{(\w+)\}/g, '*$1*').replaceAll('|', '\\|');

describe('docs/doctor.md', () => {
  test('has a row for each code, with its message and remedy, in the order of the findings', () => {
    const rows = page.split('\n').filter((line) => /^\| `(?:endpoint|edge|child|browser)-/.test(line));
    expect(rows).toEqual(
      codes.map(
        ({ code, severity, message, remedy }) =>
          `| \`${code}\` | ${severity} | ${shown(message)} | ${shown(remedy.join(' '))} |`,
      ),
    );
  });

  test('of the codes that scripts rely on, one is a note', () => {
    const severities = new Map(codes.map(({ code, severity }) => [code, severity] as [string, string]));
    const fixed =
      'edge-unreachable edge-open edge-refuses-valid edge-accepts-tampered edge-accepts-expired edge-cors-missing ' +
      'edge-cors-missing-on-refusal edge-preflight-fails edge-caches-refusals edge-caches-across-tokens ' +
      'edge-range-ignored edge-redirects-away edge-clock edge-expired-status edge-playlist-type ' +
      'edge-tokens-in-playlist child-refused child-other-host child-insecure child-open endpoint-unreachable ' +
      'endpoint-not-found endpoint-not-json endpoint-denies endpoint-cors-missing endpoint-cors-credentials ' +
      'endpoint-cacheable endpoint-milliseconds endpoint-clock endpoint-no-token-for-url endpoint-no-carrier ' +
      'endpoint-lifetime endpoint-same-token-after-refused endpoint-redirects endpoint-signs-anything';
    const notes = fixed.split(' ').filter((code) => !['error', 'warning'].includes(severities.get(code) ?? ''));
    expect(notes).toEqual(['edge-expired-status']);
    expect(severities.get('edge-expired-status')).toBe('note');
  });
});
