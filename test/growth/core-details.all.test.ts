import { describe, test, vi } from 'vitest';
import { shownDetail } from '../../packages/core/src/calls/problem-detail.ts';
import { expectLinear } from '../support/growth.ts';

vi.setConfig({ testTimeout: 120_000 });

const details: Record<string, (length: number) => string> = {
  'question marks': (length) => '?'.repeat(length),
  'question marks and equals signs': (length) => '?='.padEnd(length, '?='),
  'a URL': (length) => 'https:'.padEnd(length, 'https:'),
  'what looks like a token': (length) => 'a1'.padEnd(length, 'a1'),
  slashes: (length) => '/'.repeat(length),
  spaces: (length) => ' '.repeat(length),
};

describe('what a detail of the signing endpoint costs grows with its length', () => {
  test.each(Object.keys(details))('%s, from 32 to 128 KiB', async (name) => {
    const work = (length: number) => (): unknown => shownDetail(details[name]!(length));
    await expectLinear(work, 2 ** 15);
  });
});
