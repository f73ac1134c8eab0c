import type { TestSpecification } from 'vitest/node';
import { BaseSequencer } from 'vitest/node';

/** Files that take longest, because one of their tests cannot be split: none of them is to be the last one. */
const LONGEST = [
  'hlsjs-lifecycle',
  'hlsjs-differential',
  'videojs-trouble',
  'hlsjs-numbers',
  // of `npm run test:all`
  'denials',
  'videojs-swap-seek',
  'videojs-engines',
  'hlsjs-engines',
  'shaka-situations',
  'hlsjs-left-behind',
  'videojs-timeouts',
];

const rankOf = ({ moduleId }: TestSpecification): number => {
  const rank = LONGEST.findIndex((name) => moduleId.includes(`/test/browser/${name}.`));
  return rank < 0 ? LONGEST.length : rank;
};

/**
 * The order in which test files begin: as Vitest has it, by size; but the longest first.
 */
export default class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    return [...sorted].sort((one, other) => rankOf(one) - rankOf(other));
  }
}
