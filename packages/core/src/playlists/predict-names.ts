/** A name, split into its numbers and the texts around them. */
interface Spelling {
  readonly name: string;
  readonly texts: readonly string[];
  readonly numbers: readonly string[];
}

/** The longest cycle of names, such as the parts of a segment: a0.1, a0.2, a0.3, a1.1, a1.2. */
const LONGEST_CYCLE = 16;
/** The number of names that a prediction looks at. */
export const HISTORY: number = 3 * LONGEST_CYCLE;

/** The digits of an escape are no number. Of a long number only the last 15 digits count, which a double holds. */
const NUMBER = /(%[\da-f]{2}|\d{1,15}(?!\d))/i;
/** Numbers in the host do not count: another number would lead to a server that no playlist names. */
const ORIGIN = /^[a-z]+:\/\/[^/?#]*/i;

function spell(name: string): Spelling {
  const [origin = ''] = ORIGIN.exec(name) ?? [];
  const texts: string[] = [];
  const numbers: string[] = [];
  let text = origin;
  // texts and numbers take turns
  for (const [index, part] of name.slice(origin.length).split(NUMBER).entries()) {
    if (index % 2 === 0 || part.startsWith('%')) text += part;
    else {
      texts.push(text);
      numbers.push(part);
      text = '';
    }
  }
  return { name, texts: [...texts, text], numbers };
}

/** Returns the name `steps` after `second`, if each number grows by a constant step or stays; otherwise `undefined`. */
function continued(first: Spelling, second: Spelling, steps = 1): string | undefined {
  if (first.name === second.name || first.texts.length !== second.texts.length) return undefined;
  if (first.texts.some((text, place) => text !== second.texts[place])) return undefined;
  let name = '';
  for (const [place, number] of second.numbers.entries()) {
    const step = Number(number) - Number(first.numbers[place]);
    if (step < 0) return undefined;
    // a number that stays keeps its spelling, with any padding
    const next = step ? String(Number(number) + step * steps).padStart(number.length, '0') : number;
    name += second.texts[place]! + next;
  }
  return name + second.texts[second.numbers.length]!;
}

/** Returns how many of the last names each continue the names one and two cycles before them. */
function explainedBy(cycle: number, names: readonly Spelling[]): number {
  let last = names.length - 1;
  while (last >= 2 * cycle && continued(names[last - 2 * cycle]!, names[last - cycle]!) === names[last]!.name) last--;
  return names.length - 1 - last;
}

/**
 * Predicts the names after `names`. A cycle is one name (seg7.ts, seg8.ts), or the parts of a segment. The cycle that
 * explains most names counts, and of several the shortest.
 */
export function predictNames(names: readonly string[], count: number): string[] {
  const spelled = names.map(spell);
  let [best, most] = [0, 0];
  for (let cycle = 1; cycle <= LONGEST_CYCLE && 3 * cycle <= names.length; cycle++) {
    const explained = explainedBy(cycle, spelled);
    if (explained >= cycle && explained > most) [best, most] = [cycle, explained];
  }
  if (!best) return [];
  return Array.from({ length: count }, (_, later) => {
    const last = spelled.length + (later % best) - best;
    return continued(spelled[last - best]!, spelled[last]!, Math.floor(later / best) + 1)!;
  });
}
