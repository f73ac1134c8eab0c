import { describe, test } from 'vitest';
import { canBeWrittenOut } from '../../packages/cli/src/doctor/ask/dash-size.ts';
import { recognise } from '../../packages/cli/src/format/recognise.ts';
import { expectLinear, repeated } from '../support/growth.ts';

test('the format of a URL is looked for, from 40 to 160 kB', async () => {
  const url = (length: number): string => `https://cdn.example.com/${repeated('edge-cache-token=', length)}`;
  await expectLinear((length) => {
    const long = url(length);
    return () => recognise(long);
  }, 40_000);
});

describe('whether a DASH manifest is to be written out, from 30 to 120 kB', () => {
  test.each(['<SegmentTemplate ', 'r ', 'duration=', '<Period', '<Representation', '<!--', 'r=', ' '])(
    '%s',
    async (part) => {
      await expectLinear((length) => {
        const manifest = repeated(part, length);
        return () => canBeWrittenOut(manifest);
      }, 30_000);
    },
  );
});
