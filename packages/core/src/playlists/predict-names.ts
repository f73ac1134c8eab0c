import type { ListedSegment } from './media-playlist.ts';
import { MAX_URL_LENGTH } from './url-order.ts';

/** Returns the name that comes `steps` after the last known one; 1 is the next name. */
type Continuation = (steps: number) => string;

/** A name, split into its numbers and the texts around them. */
interface Spelling {
  readonly texts: readonly string[];
  readonly numbers: readonly string[];
}

/** The digits of an escape are no number. Of a long number only the last 15 digits count, which a double holds. */
const NUMBER = /%[\da-f]{2}|\d{1,15}(?!\d)/gi;

/** Numbers in the host do not count: another number would lead to a server that no playlist names. */
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
 * Finds out how three consecutive names continue: each of their numbers grows by a constant step or stays, and nothing
 * else changes. Returns `undefined` if anything else changes, or all three names are the same.
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
      // a number that stays keeps its spelling, with any padding
      const next = step > 0 ? String(Number(number) + step * ahead).padStart(number.length, '0') : number;
      return name + next + text;
    });
}

/** A segment that is not completely listed yet. A name that cannot be predicted is `undefined`. */
export interface PredictedSegment {
  readonly uri: string | undefined;
  /** By their place in the segment. Also `undefined`: parts that are listed already. */
  readonly parts: readonly (string | undefined)[];
}

/** Finds out how parts continue whose counter runs on from one segment into the next. */
function throughSegments(segments: readonly ListedSegment[]): Continuation | undefined {
  const [before, after] = segments.filter(({ parts }) => parts.length > 0).slice(-2);
  // within a segment, parts always form a sequence; here the sequence also has to cross the border of two segments
  if (!before || !after || !continuationOf([...before.parts.slice(-2), after.parts[0]])) return undefined;
  return continuationOf([...before.parts, ...after.parts].slice(-3));
}

/**
 * Predicts the next `count` segments of a playlist. If a segment has begun, but is not complete, it is the first.
 * @param segments the last listed segments, in their order; the last one may be incomplete
 */
export function predictSegments(segments: readonly ListedSegment[], count: number): PredictedSegment[] {
  const whole = segments.filter(({ uri }) => uri !== undefined);
  const begun = segments.at(-1)?.uri === undefined ? (segments.at(-1)?.parts ?? []) : [];
  const uriAfter = continuationOf(whole.slice(-3).map(({ uri }) => uri));
  const through = throughSegments(segments);
  const width = whole.at(-1)?.parts.length ?? 0;

  /** For each place in a segment: names the part there, in the segment `later` after the first predicted one. */
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
