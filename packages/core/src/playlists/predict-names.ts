import type { ListedSegment } from './media-playlist.ts';
import { MAX_URL_LENGTH } from './url-order.ts';

/** The name that comes `steps` after the last known one; 1 is the next. */
type Continuation = (steps: number) => string;

/** A name as what stays the same and the numbers in between. */
interface Spelling {
  readonly texts: readonly string[];
  readonly numbers: readonly string[];
}

/** The digits of an escape are no number; of a long number its end counts, which is exact in a double. */
const NUMBER = /%[\da-f]{2}|\d{1,15}(?!\d)/gi;

/** A number in the host would lead to a server that nobody has named. */
const ORIGIN = /^[a-z]+:\/\/[^/?#]*/i;

function spell(name: string): Spelling {
  const texts: string[] = [];
  const numbers: string[] = [];
  const origin = ORIGIN.exec(name)?.[0].length ?? 0;
  let end = 0;
  for (const { 0: found, index } of name.matchAll(NUMBER)) {
    if (index < origin || found.startsWith('%')) continue;
    texts.push(name.slice(end, index));
    numbers.push(found);
    end = index + found.length;
  }
  return { texts: [...texts, name.slice(end)], numbers };
}

/**
 * Finds out how three names in a row go on: their numbers grow by a constant step, or stay, and nothing else changes.
 * `undefined` if that is not so, or the three names are one.
 */
export function continuationOf([first, second, third]: readonly (string | undefined)[]): Continuation | undefined {
  if (first === undefined || second === undefined || third === undefined) return undefined;
  if ([first, second, third].some(({ length }) => length > MAX_URL_LENGTH)) return undefined;
  const [one, two, last] = [spell(first), spell(second), spell(third)];
  const hasSameTexts = (other: Spelling): boolean =>
    other.texts.length === last.texts.length && other.texts.every((text, index) => text === last.texts[index]);
  if (!hasSameTexts(one) || !hasSameTexts(two)) return undefined;
  const steps: number[] = [];
  for (const [index, number] of last.numbers.entries()) {
    const step = Number(number) - Number(two.numbers[index]);
    if (step < 0 || step !== Number(two.numbers[index]) - Number(one.numbers[index])) return undefined;
    steps.push(step);
  }
  if (!steps.some((step) => step > 0)) return undefined;
  return (ahead) =>
    last.texts.reduce((name, text, index) => {
      const number = last.numbers[index - 1]!;
      const step = steps[index - 1]!;
      // one that stays may be padded in its own way
      const next = step > 0 ? String(Number(number) + step * ahead).padStart(number.length, '0') : number;
      return name + next + text;
    });
}

/** A segment that is not listed yet, as far as its names are known. */
export interface PredictedSegment {
  readonly uri: string | undefined;
  /** By their place in the segment; those that are listed already stay `undefined`. */
  readonly parts: readonly (string | undefined)[];
}

/** Finds out how parts go on that are counted through, from one segment into the next. */
function throughSegments(segments: readonly ListedSegment[]): Continuation | undefined {
  const [before, after] = segments.filter(({ parts }) => parts.length > 0).slice(-2);
  // within a segment any parts are in a row: the border has to be, too
  if (!before || !after || !continuationOf([...before.parts.slice(-2), after.parts[0]])) return undefined;
  return continuationOf([...before.parts, ...after.parts].slice(-3));
}

/**
 * The next `count` segments of a playlist, the first being the one that has begun, if any has.
 * @param segments listed last, in their order; the last one may have begun only
 */
export function predictSegments(segments: readonly ListedSegment[], count: number): PredictedSegment[] {
  const whole = segments.filter(({ uri }) => uri !== undefined);
  const begun = segments.at(-1)?.uri === undefined ? (segments.at(-1)?.parts ?? []) : [];
  const uriAfter = continuationOf(whole.slice(-3).map(({ uri }) => uri));
  const through = throughSegments(segments);
  const width = whole.at(-1)?.parts.length ?? 0;

  /** The part in place `place` of the segment that is `later` after the one that has begun. */
  const partAt = Array.from({ length: width }, (_, place): ((later: number) => string | undefined) => {
    const isListed = place < begun.length;
    if (through) return (later) => through(later * width + place - begun.length + 1);
    const column = isListed ? [...whole.slice(-2).map(({ parts }) => parts[place]), begun[place]] : undefined;
    const after = continuationOf(column ?? whole.slice(-3).map(({ parts }) => parts[place]));
    return (later) => after?.(isListed ? later : later + 1);
  });

  return Array.from({ length: count }, (_, later) => ({
    uri: uriAfter?.(later + 1),
    parts: partAt.map((nameOf, place) => (later === 0 && place < begun.length ? undefined : nameOf(later))),
  }));
}
