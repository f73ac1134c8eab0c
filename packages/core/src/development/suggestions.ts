/** Returns the number of letters to change, add or remove to turn one text into the other. */
function distance(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, column) => column);
  for (const [line, letter] of Array.from(one).entries()) {
    const next = [line + 1];
    for (const [column, otherLetter] of Array.from(other).entries())
      next.push(Math.min(next[column]! + 1, row[column + 1]! + 1, row[column]! + (letter === otherLetter ? 0 : 1)));
    row = next;
  }
  return row.at(-1)!;
}

/** Returns a sentence about an unknown name: the one of `names` that the author probably meant, or all of them. */
export function suggestionFor(unknown: string, names: readonly string[], path: string): string {
  const distances = names.map((name) => distance(unknown.toLowerCase(), name.toLowerCase()));
  const least = Math.min(...distances);
  if (least > Math.max(1, unknown.length / 3)) return `Known options: ${names.join(', ')}.`;
  return `Did you mean '${path}${names[distances.indexOf(least)]!}'?`;
}
