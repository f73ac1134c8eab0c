/** The number of letters to change, add or leave out to make one text of the other. */
function distance(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, i) => i);
  for (const [i, letter] of one.split('').entries()) {
    const next = [i + 1];
    for (const [j, otherLetter] of other.split('').entries()) {
      next.push(Math.min(next[j]! + 1, row[j + 1]! + 1, row[j]! + (letter === otherLetter ? 0 : 1)));
    }
    row = next;
  }
  return row.at(-1)!;
}

/** The one of `names` that was probably meant; capitals do not count. */
function nearest(name: string, names: readonly string[]): string | undefined {
  const distances = names.map((known) => distance(name.toLowerCase(), known.toLowerCase()));
  const least = Math.min(...distances);
  return least <= Math.max(1, name.length / 3) ? names[distances.indexOf(least)] : undefined;
}

/**
 * Says what is wrong with the first member of `options` that is not one of `names`; in development builds, which one was
 * meant, too.
 * @param path what stands before the name of a member, such as `retry.`
 */
export function unknownOption(options: object, names: readonly string[], path = ''): string | undefined {
  const unknown = Object.entries(options).find(([name, value]) => value !== undefined && !names.includes(name));
  if (!unknown) return undefined;
  const problem = `Unknown option '${path}${unknown[0]}'.`;
  if (!__DEVELOPMENT__) return problem;
  const meant = nearest(unknown[0], names);
  return `${problem} ${meant ? `Did you mean '${path}${meant}'?` : `Known options: ${names.join(', ')}.`}`;
}
