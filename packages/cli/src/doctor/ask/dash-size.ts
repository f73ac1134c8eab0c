/** The most segments of a manifest that are written out: a day of half-second segments has fewer. */
const MAX_SEGMENTS = 200_000;
/** The most characters of a manifest that are examined. */
const MAX_LENGTH = 500_000;

/** Elements that pass their segments on to all representations within them. */
const levels = ['Period', 'AdaptationSet', 'Representation'];

/**
 * Markup that hides a number or a tag from a reader that does not parse: character references, declarations,
 * instructions.
 */
const disguises = /&#|<!(?!--)|<\?(?!xml\s)/;

/**
 * Tells whether a DASH manifest stands for so few segments that they may be written out. One line can stand for
 * billions of segments, by a repeat count, or by a duration that is short compared with that of the whole; and every
 * representation that inherits the line multiplies them.
 *
 * The text may come from anyone. It is read with patterns that take time in proportion to its length, and counted too
 * high rather than too low.
 *
 * @param nowMs unix milliseconds, for a live stream that began long ago
 */
export function canBeWrittenOut(manifest: string, nowMs: number = Date.now()): boolean {
  if (manifest.length > MAX_LENGTH || disguises.test(manifest)) return false;
  const text = withoutComments(manifest);
  const whole = { seconds: wholeSeconds(text, nowMs), scale: timescaleOf(text) || 1 };
  return segmentsIn(text, whole) <= MAX_SEGMENTS;
}

/** Removes comments. A comment that is never closed stays, and counts. */
const withoutComments = (text: string): string => {
  const [front = '', ...parts] = text.split('<!--');
  return front + parts.map((part) => part.slice(part.indexOf('-->') + 1)).join('');
};

interface Whole {
  readonly seconds: number;
  readonly scale: number;
}

/**
 * Counts the segments for which `text` stands: its own segments once for each representation in it, and those of its
 * parts.
 */
function segmentsIn(text: string, whole: Whole, [level, ...deeper] = levels): number {
  if (level === undefined) return ownSegments(text, whole);
  const [front = '', ...parts] = text.split(new RegExp(`<${level}\\b`));
  let [own, inner] = [front, 0];
  for (const part of parts) {
    // an element that ends at once contains nothing: the text after it belongs to its parent
    const end = Math.max(0, part.indexOf(`</${level}`));
    inner += segmentsIn(part.slice(0, end), whole, deeper);
    own += part.slice(end);
  }
  const heirs = level === 'Representation' ? parts.length : text.split(/<Representation\b/).length - 1;
  return inner + ownSegments(own, whole) * Math.max(1, heirs);
}

/** Counts the segments that a text lists, and the segments that fill a duration, whose number is not written down. */
function ownSegments(text: string, { seconds, scale }: Whole): number {
  const repeats = numbers(text, /\br\s*=[\s"'+]*(\d+)/g).reduce((sum, count) => sum + count + 1, 0);
  const filling = [
    ...(text.match(/<Segment(?:Template|List)\b[^<]*/g) ?? []).flatMap((tag) =>
      numbers(tag, /\bduration\s*=[\s"'+]*(\d+)/g),
    ),
    ...(/\br\s*=[\s"']*-/.test(text) ? numbers(text, /\bd\s*=[\s"'+]*(\d+)/g) : []),
  ];
  const scaleHere = timescaleOf(text) || scale;
  return filling.reduce((sum, each) => sum + (seconds * scaleHere) / each, repeats);
}

/** Returns the finest timescale, which makes the most segments; 0 if there is none. */
const timescaleOf = (text: string): number =>
  numbers(text, /\btimescale\s*=[\s"'+]*(\d+)/g).reduce((most, each) => Math.max(most, each), 0);

const numbers = (text: string, pattern: RegExp): number[] =>
  [...text.matchAll(pattern)].map(([, digits]) => Number(digits));

/** Returns the longest time in seconds for which the manifest plays, or for which it has been live. */
function wholeSeconds(text: string, nowMs: number): number {
  const named = text.matchAll(
    /(?:[dD]uration|timeShiftBufferDepth)\s*=[\s"']*P(?:([\d.]+)Y)?(?:([\d.]+)M)?(?:([\d.]+)D)?(?:T(?:([\d.]+)H)?(?:([\d.]+)M)?(?:([\d.]+)S)?)?/g,
  );
  const longest = [...named].map(([, years = 0, months = 0, days = 0, hours = 0, minutes = 0, seconds = 0]) => {
    const wholeDays = Number(years) * 366 + Number(months) * 31 + Number(days);
    return ((wholeDays * 24 + Number(hours)) * 60 + Number(minutes)) * 60 + Number(seconds);
  });
  const isEndless = /\btype\s*=[\s"']*dynamic/.test(text) && !/\btimeShiftBufferDepth\s*=/.test(text);
  const [, since = ''] = /\bavailabilityStartTime\s*=[\s"']*([^\s"']{0,40})/.exec(text) ?? [];
  const live = isEndless ? (nowMs - (Date.parse(since) || 0)) / 1000 : 0;
  return longest.reduce((most, each) => Math.max(most, each), live);
}
