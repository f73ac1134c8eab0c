/** The most segments of a manifest that are written out: a day of half-second segments has fewer. */
const MAX_SEGMENTS = 200_000;
/** The most characters of the URLs of all segments together: 1,000 for each of so many segments. */
const MAX_CHARACTERS = 200_000_000;
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
 * Tags as XML allows them. A lenient parser also takes others, such as one with a tag in a value, and would then see
 * other elements than the patterns below.
 */
const tags = /<(?:\/?[\w:.-]+(?:\s+[\w:.-]+\s*=\s*(?:"[^"<>]*"|'[^'<>]*'))*\s*\/?|\?xml\s[^<>]*\?)>/g;

/**
 * Tells whether a DASH manifest stands for so few segments, with URLs so short, that they may be written out. One line
 * can stand for billions of segments, by a repeat count, or by a duration that is short compared with that of the
 * whole; every representation that inherits the line multiplies them, and so does each `BaseURL` beside another. A long
 * `BaseURL` or template is repeated in the URL of each segment.
 *
 * The text may come from anyone. It is read with patterns that take time in proportion to its length, and counted too
 * high rather than too low.
 *
 * @param options the length of the manifest's URL, which each segment's URL may repeat; unix milliseconds, for a live
 *   stream that began long ago
 */
export function canBeWrittenOut(
  manifest: string,
  { urlLength = 0, nowMs = Date.now() }: { urlLength?: number; nowMs?: number } = {},
): boolean {
  if (manifest.length > MAX_LENGTH || disguises.test(manifest)) return false;
  const text = withoutComments(manifest);
  if (text === undefined || text.replace(tags, '').includes('<')) return false;
  const whole = { seconds: wholeSeconds(text, nowMs), scale: timescaleOf(text) || 1 };
  const { segments, base } = sizeOf(text, whole);
  return segments <= MAX_SEGMENTS && segments * (urlLength + base + longestTemplate(text)) <= MAX_CHARACTERS;
}

/**
 * Removes comments; returns `undefined` for a comment that contains another or is never closed. One character of each
 * end stays: a comment within a tag is none to a parser, and with that character the tag is not as XML allows it.
 */
function withoutComments(text: string): string | undefined {
  const [front = '', ...parts] = text.split('<!--');
  const rest = parts.map((part) => part.slice(part.indexOf('-->') + 1));
  return parts.every((part) => part.includes('-->')) ? front + rest.join('') : undefined;
}

interface Whole {
  readonly seconds: number;
  readonly scale: number;
}

interface Size {
  /** How often the representations are written out: once for each choice of a `BaseURL` on each level. */
  readonly playlists: number;
  readonly segments: number;
  /** The characters of the longest `BaseURL` of each level together. */
  readonly base: number;
}

const TOO_LARGE: Size = { playlists: Infinity, segments: Infinity, base: Infinity };

/** Adds up what `text` stands for: its own segments once for each representation in it, and those of its parts. */
function sizeOf(text: string, whole: Whole, [level, ...deeper]: readonly string[] = levels): Size {
  const { own, inner } = level === undefined ? { own: text, inner: [] } : elementsOf(text, level);
  const bases = elementsOf(own, 'BaseURL').inner;
  if (!inner || !bases) return TOO_LARGE;
  const sizes = inner.map((part) => sizeOf(part, whole, deeper));
  const heirs = level === undefined ? 1 : sum(sizes.map(({ playlists }) => playlists));
  const segments = sum(sizes.map((size) => size.segments)) + ownSegments(own, whole) * Math.max(1, heirs);
  const copies = Math.max(1, bases.length);
  return {
    playlists: heirs * copies,
    // a representation that lists no segments is one file
    segments: (level === undefined ? Math.max(1, segments) : segments) * copies,
    base: most(bases.map(writtenLength)) + most(sizes.map(({ base }) => base)),
  };
}

/**
 * Returns the contents of all elements with a name, and the text around them; no contents if such elements lie within
 * each other, or if one is not closed.
 */
function elementsOf(text: string, name: string): { own: string; inner: readonly string[] | undefined } {
  const [front = '', ...parts] = text.split(new RegExp(`<${name}\\b`));
  // the whole name: `RepresentationIndex` is another element
  const closing = new RegExp(`</${name}\\s*>`, 'g');
  let own = front;
  let isFlat = front.search(closing) < 0;
  const inner = parts.map((part) => {
    const begin = part.indexOf('>') + 1;
    const ends = [...part.matchAll(closing)];
    const end = ends[0]?.index ?? -1;
    // an element that ends at once contains nothing: the text after it belongs to its parent
    const isEmpty = part.charAt(begin - 2) === '/';
    isFlat &&= isEmpty ? end < 0 : end >= begin && ends.length === 1;
    const length = isEmpty ? begin : Math.max(0, end);
    own += part.slice(length);
    // with the attributes, which count too
    return part.slice(0, length);
  });
  return { own, inner: isFlat ? inner : undefined };
}

/** Returns the most characters of a template with its numbers and its name filled in. */
function longestTemplate(text: string): number {
  const values = (names: string): string[] =>
    [...text.matchAll(new RegExp(`\\s(?:${names})\\s*=\\s*(?:"([^"]*)"|'([^']*)')`, 'g'))].map(
      ([, one, other]) => one ?? other ?? '',
    );
  // a number in a URL has no more than 24 digits, unless the template asks for more
  const filled = Math.max(24, most(values('id').map(writtenLength)), most(numbers(text, /%0(\d+)d/g)));
  return most(
    values('media|initialization|sourceURL|baseUrl').map(
      (value) => writtenLength(value) + (value.split('$').length - 1) * filled,
    ),
  );
}

/** Returns the most characters that a text has in a URL: most others than these become up to nine. */
const writtenLength = (text: string): number =>
  text.length + 8 * (text.match(/[^\w!#$%&()*+,./:;=?@~-]/g) ?? []).length;

const sum = (values: readonly number[]): number => values.reduce((total, each) => total + each, 0);
const most = (values: readonly number[]): number => values.reduce((largest, each) => Math.max(largest, each), 0);

/** Counts the segments that a text lists, and the segments that fill a duration, whose number is not written down. */
function ownSegments(text: string, { seconds, scale }: Whole): number {
  const listed = (text.match(/<S(?:egmentURL)?\b/g) ?? []).length;
  const repeats = listed + sum(numbers(text, /\br\s*=[\s"'+]*(\d+)/g));
  const filling = [
    ...(text.match(/<Segment(?:Template|List)\b[^<]*/g) ?? []).flatMap((tag) =>
      numbers(tag, /\bduration\s*=[\s"'+]*(\d+)/g),
    ),
    ...(/\br\s*=[\s"']*-/.test(text) ? numbers(text, /\bd\s*=[\s"'+]*(\d+)/g) : []),
  ];
  const scaleHere = timescaleOf(text) || scale;
  return filling.reduce((total, each) => total + (seconds * scaleHere) / each, repeats);
}

/** Returns the finest timescale, which makes the most segments; 0 if there is none. */
const timescaleOf = (text: string): number => most(numbers(text, /\btimescale\s*=[\s"'+]*(\d+)/g));

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
  return Math.max(live, most(longest));
}
