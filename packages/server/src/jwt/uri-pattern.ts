/** One character of a pattern, and how often it may occur. */
interface Step {
  readonly fits: (char: string) => boolean;
  readonly times: 'once' | 'at most once' | 'any';
}

const maxSteps = 1024;

/** The most steps that may be left out: the cost of judging is this number times the length of a URI. */
const maxOptional = 64;

/** An escaped mark, any character, a bracket expression without classes, or a character that stands for itself. */
const element = /\\(?<escaped>[^\w\s])|(?<any>\.)|\[(?<not>\^?)(?<set>\]?[^[\]\\]*)\]|(?<plain>[^\\.[()*+?{|^$])/y;
const repeat = /[*+?]|\{(?<least>\d{1,3})(?<range>,(?<most>\d{1,3})?)?\}/y;

/**
 * Reads a POSIX extended regular expression, if one pass can judge it in linear time: characters, `.`, bracket
 * expressions and repeats. The pattern must match the whole text, with or without `^` and `$`. Other readers search for
 * it within the text, and find no less.
 *
 * @returns `undefined` for groups, alternatives, classes, and patterns of more than 1,024 steps, or of more than 64
 *   steps that may be left out
 */
export function readPattern(source: string): ((text: string) => boolean) | undefined {
  const pattern = source.replace(/^\^/, '').replace(/(?<!\\)\$$/, '');
  const steps: Step[] = [];
  for (let at = 0; at < pattern.length;) {
    element.lastIndex = at;
    const found = element.exec(pattern);
    const fits = found?.groups && fitOf(found.groups);
    if (!fits) return undefined;
    at = element.lastIndex;
    repeat.lastIndex = at;
    const repeated = repeat.exec(pattern);
    if (repeated) at = repeat.lastIndex;
    const more = stepsOf(fits, repeated);
    if (!more || steps.length + more.length > maxSteps) return undefined;
    steps.push(...more);
    if (steps.filter(({ times }) => times !== 'once').length > maxOptional) return undefined;
  }
  return (text) => fitsSteps(text, steps);
}

/** Returns a pattern that matches every text which begins with `prefix`. */
export const prefixPattern = (prefix: string): string => `^${prefix.replaceAll(/[.[\\()*+?{|^$]/g, '\\$&')}.*`;

function fitOf({
  escaped,
  any,
  not,
  set,
  plain,
}: Readonly<Record<string, string | undefined>>): Step['fits'] | undefined {
  if (any !== undefined) return () => true;
  if (set === undefined) return (char) => char === (escaped ?? plain);
  const ranges = rangesOf(set);
  if (!ranges) return undefined;
  const fits = (char: string): boolean =>
    ranges.some(([first, last]) => char >= first && char <= last) === (not === '');
  // a URI has no other characters; a table, because each step of a repeat tests each character of a URI
  const ascii = Array.from({ length: 128 }, (_, code) => fits(String.fromCharCode(code)));
  return (char) => ascii[char.charCodeAt(0)] ?? fits(char);
}

/** Reads a bracket expression; returns `undefined` for an empty one, and for a range that ends before it begins. */
function rangesOf(set: string): readonly (readonly [string, string])[] | undefined {
  const ranges = [...set.matchAll(/([\s\S])-([\s\S])|([\s\S])/g)].map(
    ([, first, last, alone]) => [first ?? alone!, last ?? alone!] as const,
  );
  return ranges.length > 0 && ranges.every(([first, last]) => first <= last) ? ranges : undefined;
}

function stepsOf(fits: Step['fits'], repeated: RegExpExecArray | null): readonly Step[] | undefined {
  const [least, most] = boundsOf(repeated);
  if (most < least) return undefined;
  const steps = (count: number, times: Step['times']): Step[] => Array.from({ length: count }, () => ({ fits, times }));
  return [...steps(least, 'once'), ...(most === Infinity ? steps(1, 'any') : steps(most - least, 'at most once'))];
}

function boundsOf(repeated: RegExpExecArray | null): readonly [least: number, most: number] {
  if (!repeated) return [1, 1];
  const { least, range, most } = repeated.groups ?? {};
  if (least !== undefined) return [Number(least), range === undefined ? Number(least) : Number(most ?? Infinity)];
  if (repeated[0] === '?') return [0, 1];
  return [repeated[0] === '+' ? 1 : 0, Infinity];
}

/**
 * Tells whether the steps match the text. Keeps all places of the pattern at which the text read so far may end, so
 * that it tries nothing twice.
 */
function fitsSteps(text: string, steps: readonly Step[]): boolean {
  const withSkipped = (places: Set<number>): Set<number> => {
    // the loop also visits the places that it adds
    for (const place of places) if ((steps[place]?.times ?? 'once') !== 'once') places.add(place + 1);
    return places;
  };
  let places = withSkipped(new Set([0]));
  for (const char of text) {
    const next = new Set<number>();
    for (const place of places) {
      const step = steps[place];
      if (step?.fits(char)) next.add(step.times === 'any' ? place : place + 1);
    }
    if (next.size === 0) return false;
    places = withSkipped(next);
  }
  return places.has(steps.length);
}
