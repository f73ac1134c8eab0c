import { MAX_URL_LENGTH } from './url-order.ts';
/** The maximum width of a padded number: no number has more digits. */
const MAX_WIDTH = 20;

/** The values that stay the same for all segments of a Representation. */
type TemplateValues = Readonly<Record<'RepresentationID' | 'Bandwidth', string>>;

/** The place of a number in a name. */
interface Counter {
  readonly counts: 'Number' | 'Time';
  readonly width: number;
}

/** A piece of text, or the place of a number. */
type Part = string | Counter;

/** Returns the meaning of `$…$`: text, a number, or `$…$` itself where DASH defines no meaning. */
function partOf([written, name, width = '0']: RegExpMatchArray, values: TemplateValues): Part {
  if (!name) return '$';
  if (name === 'Number' || name === 'Time') return { counts: name, width: Number(width) };
  // own properties only: `$constructor$` must not stand for a member of the prototype
  if (!Object.hasOwn(values, name)) return written;
  return values[name as keyof TemplateValues].padStart(Number(width), '0');
}

/** The first number in a name, which counts segments, and the text around it. */
interface Frame {
  readonly counts: Counter['counts'];
  readonly before: string;
  /** The text up to the next number. */
  readonly behind: string;
}

/**
 * The template for the segment names of one Representation (`SegmentTemplate@media`, ISO/IEC 23009-1, 5.3.9.4.4): makes
 * names from numbers, and tells where a name has its number.
 */
export class NameTemplate {
  /** The length of a name, in characters, with the shortest possible numbers. */
  readonly length: number;
  readonly #parts: readonly Part[];

  private constructor(parts: readonly Part[], length: number) {
    this.#parts = parts;
    this.length = length;
  }

  /** @returns `undefined` if the names would be longer than `MAX_URL_LENGTH`, or a number wider than `MAX_WIDTH` */
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
      // checked before the next one is added: a short template may repeat a long id many times
      if (length > MAX_URL_LENGTH) return undefined;
      parts.push(text, part);
    }
    parts.push(template.slice(end));
    length += template.length - end;
    return length > MAX_URL_LENGTH ? undefined : new NameTemplate(parts, length);
  }

  /** Returns the name of a segment. */
  name(number: number, time: number): string {
    return this.#parts
      .map((part) =>
        typeof part === 'string' ? part : String(part.counts === 'Number' ? number : time).padStart(part.width, '0'),
      )
      .join('');
  }

  /** The part of a name that tells its segment; `undefined` if all segments have the same name. */
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
