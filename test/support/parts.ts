/**
 * The part of the tests that runs, from the environment variable `TEST_PART`: `main` is what `npm test` runs, `rest`
 * what it leaves to `npm run test:all`. Without the variable, as in `npx vitest run FILE`, both run.
 *
 * The name of a file says to which part it belongs: `x.test.ts` to `main`; `x.all.test.ts` to `rest`;
 * `x.matrix.test.ts` to both, with the newest peer (or Chromium) in `main`, with all others in `rest`. Proofs of more
 * than two minutes, `x.long.test.ts`, are a part of their own, `long`, and in no other. `x.alone.test.ts` is of `main`,
 * in a process of its own.
 */
const wanted = process.env.TEST_PART ?? '';
if (!['', 'main', 'rest', 'long'].includes(wanted))
  throw new Error(`TEST_PART is "${wanted}": give main, rest, long or nothing.`);

export const runsMain: boolean = wanted === '' || wanted === 'main';
export const runsRest: boolean = wanted === '' || wanted === 'rest';

/** Returns what a `.matrix.test.ts` is run with: the newest in `main`, the others in `rest`. */
export const inPart = <T>(newest: readonly T[], others: readonly T[]): T[] => [
  ...(runsMain ? newest : []),
  ...(runsRest ? others : []),
];

/** Returns the patterns of the test files below `folders` that belong to the part that runs. */
export function filesOf(...folders: string[]): { include: string[]; exclude: string[] } {
  const below = (names: string): string[] => folders.map((folder) => `test/${folder}/**/${names}.test.ts`);
  const never = '**/node_modules/**';
  if (wanted === 'long') return { include: below('*.long'), exclude: [never] };
  return {
    include: runsMain ? below('*') : [...below('*.all'), ...below('*.matrix')],
    exclude: [never, ...below('*.long'), ...(runsRest ? [] : below('*.all'))],
  };
}
