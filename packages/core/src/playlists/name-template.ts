import { MAX_URL_LENGTH } from './url-order.ts';
/** More digits than a number has. */
const MAX_WIDTH = 20;

/** The values that stay the same for all segments of a Representation. */
type TemplateValues = Readonly<Record<'RepresentationID' | 'Bandwidth', string>>;

/** A number in a name. */
interface Counter {
  readonly counts: 'Number' | 'Time';
  readonly width: number;
}

/** A piece of text, or a number. */
type Part = string | Counter;

/** The meaning of `$…$`: text, a number, or itself where DASH gives it none. */
function partOf([written, name, width = '0']: RegExpMatchArray, values: TemplateValues): Part {
  if (!name) return '$';
  if (name === 'Number' || name === 'Time') return { counts: name, width: Number(width) };
  // not of its prototype: `$constructor$` is a name like any other
  if (!Object.hasOwn(values, name)) return written;
  return values[name as keyof TemplateValues].padStart(Number(width), '0');
}

/** Where a number counts segments, and the text before and behind it. */
interface Frame {
  readonly counts: Counter['counts'];
  readonly before: string;
  /** Up to the next number. */
  readonly behind: string;
}

/**
 * The names of the segments of one Representation (`SegmentTemplate@media`, ISO/IEC 23009-1, 5.3.9.4.4): from their
 * numbers, and what numbers a name may have.
 */
export class NameTemplate {
  /** Characters of a name, numbers as short as can be. */
  readonly length: number;
  readonly #parts: readonly Part[];

  private constructor(parts: readonly Part[], length: number) {
    this.#parts = parts;
    this.length = length;
  }

  /** @returns `undefined` if its names would be longer than a URL can be */
  static parse(template: string, values: TemplateValues): NameTemplate | undefined {
    if (template.length > MAX_URL_LENGTH) return undefined;
    const parts: Part[] = [];
    let length = 0;
    let end = 0;
    for (const found of template.matchAll(/\$(\w*)(?:%0(\d+)d)?\$/g)) {
      if (Number(found[2] ?? 0) > MAX_WIDTH) return undefined;
      const text = template.slice(end, found.index);
      const part = partOf(found, values);
      end = found.index + found[0].length;
      length += text.length + (typeof part === 'string' ? part.length : Math.max(1, part.width));
      // before it is made longer still: a short text may name a long id again and again
      if (length > MAX_URL_LENGTH) return undefined;
      parts.push(text, part);
    }
    parts.push(template.slice(end));
    length += template.length - end;
    return length > MAX_URL_LENGTH ? undefined : new NameTemplate(parts, length);
  }

  /** The name of a segment. */
  name(number: number, time: number): string {
    return this.#parts
      .map((part) =>
        typeof part === 'string' ? part : String(part.counts === 'Number' ? number : time).padStart(part.width, '0'),
      )
      .join('');
  }

  /** Where a name says which segment it is of; `undefined` if all have one name. */
  get frame(): Frame | undefined {
    let counter: Counter | undefined;
    let [before, behind] = ['', ''];
    for (const part of this.#parts) {
      if (typeof part === 'string') {
        if (counter) behind += part;
        else before += part;
      } else if (counter) break;
      else counter = part;
    }
    return counter && { counts: counter.counts, before, behind };
  }
}
