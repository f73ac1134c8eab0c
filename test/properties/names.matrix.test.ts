import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { predictNames } from '../../packages/core/src/playlists/predict-names.ts';
import { propertyRuns, propertyTimeout } from '../support/property-runs.ts';

const settings = { numRuns: propertyRuns };
/** Names of strangers, and such as a packager might write. */
const name = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 50 }),
  fc.stringMatching(/^(https:\/\/[ac]\d?\.test)?\/?[a%]{0,3}\d{0,20}[./?=&#%2e-]{0,4}\d{0,3}$/),
);
/** Also names that go on, so that there is something to predict. */
const names = fc.oneof(
  fc.array(name, { maxLength: 8 }),
  fc.tuple(name, name).map(([before, after]) => [0, 1, 2, 3].map((n) => `${before}${n}${after}`)),
);

describe('predicted names', { timeout: propertyTimeout }, () => {
  test('whatever strangers write into a playlist, nothing throws, and no host is made up', () => {
    const originOf = (url: string): string => /^[a-z]+:\/\/[^/?#]*/i.exec(url)?.[0] ?? '';
    fc.assert(
      fc.property(names, fc.integer({ min: 0, max: 5 }), (listed, count) => {
        const known = new Set(listed.map(originOf));
        const predicted = predictNames(listed, count);
        expect([0, count]).toContain(predicted.length);
        for (const it of predicted) expect(known).toContain(originOf(it));
      }),
      settings,
    );
  });
});
