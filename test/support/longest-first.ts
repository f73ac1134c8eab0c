import type { TestSpecification } from 'vitest/node';
import { BaseSequencer } from 'vitest/node';

/** Files that take longest, because one of their tests cannot be split: none of them is to be the last one. */
const LONGEST = [
  'videojs-trouble',
  'examples-buttons',
  'hlsjs-lifecycle',
  'videojs-timeouts',
  'mp4-worker-life',
  // of `npm run test:all`
  'denials',
  'shaka-situations',
  'hlsjs-left-behind',
  'videojs-swap-seek',
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
