import { describe, test } from 'vitest';
import { canBeWrittenOut } from '../../packages/cli/src/doctor/ask/dash-size.ts';
import { recognise } from '../../packages/cli/src/format/recognise.ts';
import { expectLinear, repeated } from '../support/growth.ts';

test('the format of a URL is looked for, from 160 to 320 kB', async () => {
  const url = (length: number): string => `https://cdn.example.com/${repeated('edge-cache-token=', length)}`;
  await expectLinear(
    () => recognise(url(160_000)),
    () => recognise(url(320_000)),
    () => recognise(url(640_000)),
  );
});

describe('whether a DASH manifest is to be written out, from 120 to 240 kB', () => {
  test.each(['<SegmentTemplate ', 'r ', 'duration=', '<Period', '<Representation', '<!--', 'r=', ' '])(
    '%s',
    async (part) => {
      await expectLinear(
        () => canBeWrittenOut(repeated(part, 120_000)),
        () => canBeWrittenOut(repeated(part, 240_000)),
        () => canBeWrittenOut(repeated(part, 480_000)),
      );
    },
  );
});
