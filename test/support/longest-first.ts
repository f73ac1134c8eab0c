import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { TestSpecification } from 'vitest/node';
import { BaseSequencer } from 'vitest/node';

/** Files that take longest, because one of their tests cannot be split: none of them is to be the last one. */
const LONGEST = [
  'unit/core/memory',
  'session/audience-return',
  'session/outage-return',
  'session/simulator',
  'session/live-audience',
  'session/audience',
  'browser/players/outages',
  'browser/players/films',
  'browser/players/denials',
  'browser/players/live',
  'browser/hlsjs-apps',
];

const rankOf = ({ moduleId }: TestSpecification): number => {
  const rank = LONGEST.findIndex((name) => moduleId.includes(`/test/${name}.`));
  return rank < 0 ? LONGEST.length : rank;
};

/** A process that several files share has one environment, and ends where the next file has another. */
const hasDocument = ({ moduleId }: TestSpecification): boolean =>
  readFileSync(moduleId, 'utf8').startsWith('// @vitest-environment jsdom');

/**
 * The order in which test files begin: as Vitest has it, by size; but the longest first, and those with a document
 * after one another. `TEST_ORDER=7` is the seed of an order by chance, which shows what files leave to others.
 */
export default class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const seed = process.env.TEST_ORDER;
    if (seed !== undefined) {
      const chance = ({ moduleId }: TestSpecification): string =>
        createHash('sha256').update(`${seed} ${moduleId}`).digest('hex');
      return [...files].sort((one, other) => (chance(one) < chance(other) ? -1 : 1));
    }
    const sorted = await super.sort(files);
    return [...sorted].sort(
      (one, other) => rankOf(one) - rankOf(other) || Number(hasDocument(one)) - Number(hasDocument(other)),
    );
  }
}
