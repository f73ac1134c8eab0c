/**
 * The figures of one measurement. A figure is `null` where there was nothing to measure, or the wait came to no end.
 */
export type Sample = Readonly<Record<string, number | null>>;

/** All figures of one contender by metric, in the order in which they were measured. */
export type Samples = Readonly<Record<string, readonly (number | null)[]>>;

export type Results = Readonly<Record<string, Samples>>;

/** Adds a sample to those of `name`. */
export function addSample(results: Results, name: string, sample: Sample): Results {
  const before = results[name] ?? {};
  const added = Object.entries(sample).map(([metric, value]) => [metric, [...(before[metric] ?? []), value]] as const);
  return { ...results, [name]: { ...before, ...Object.fromEntries(added) } };
}

/** Puts a sample in the place of those that `name` has of the same metrics. */
export const replaceSamples = (results: Results, name: string, sample: Sample): Results => ({
  ...results,
  [name]: {
    ...results[name],
    ...Object.fromEntries(Object.entries(sample).map(([metric, value]) => [metric, [value]])),
  },
});
