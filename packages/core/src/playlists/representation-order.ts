import type { NameTemplate } from './name-template.ts';
import type { SegmentTimes } from './segment-times.ts';
import type { UrlOrder } from './url-order.ts';

/** The order in which the segments of a Representation are played. */
export interface RepresentationOrder extends UrlOrder {
  /** The duration of a segment, in seconds; 0 if it is unknown. */
  readonly seconds: number;
  /** Whether the manifest will name more segments. */
  readonly isLive: boolean;
}

/** Returns the key of a URI of a Representation. */
export type KeyOf = (uri: string) => string;

interface TemplateRules {
  readonly names: NameTemplate;
  readonly times: SegmentTimes;
  readonly startNumber: number;
  /** The name of the init segment; empty if there is none. */
  readonly init: string;
  readonly isLive: boolean;
  readonly seconds: number;
}

/** The text of a URL before its number, and after it up to the next number. */
interface UrlFrame {
  readonly counts: 'Number' | 'Time';
  readonly before: string;
  readonly behind: string;
}

/** No number in a URL has more digits. */
const DIGITS = /^\d{1,20}/;
/** The number must follow the host: another number in the host would lead to a server that no manifest names. */
const WITH_HOST = /^https?:\/\/[^/]+\//;

/**
 * Segments whose names follow from their numbers. Each name is made only when it is needed: a short manifest may name a
 * million segments.
 */
export class TemplateOrder implements RepresentationOrder {
  readonly seconds: number;
  readonly isLive: boolean;
  readonly #rules: TemplateRules;
  readonly #keyOf: KeyOf;
  /** `null` if URLs do not tell their segment; `undefined` before it is made. */
  #frame: UrlFrame | null | undefined;

  constructor(rules: TemplateRules, keyOf: KeyOf) {
    this.seconds = rules.seconds;
    this.isLive = rules.isLive;
    this.#rules = rules;
    this.#keyOf = keyOf;
  }

  has(key: string): boolean {
    return this.#indexOf(key) !== undefined || this.#isInit(key);
  }

  *after(key: string): Iterable<string> {
    const { times, isLive } = this.#rules;
    const index = this.#indexOf(key);
    // in a live stream, the first segment that a player requests is unknown
    if (index === undefined && (isLive || !this.#isInit(key))) return;
    for (let next = (index ?? -1) + 1; next < times.count(); next++) yield this.#keyAt(next);
  }

  #keyAt(index: number): string {
    const { names, times, startNumber } = this.#rules;
    return this.#keyOf(names.name(startNumber + index, times.timeAt(index)));
  }

  /**
   * Returns the place of the segment that `key` names. Reads the number in `key` and makes the name again from it, so
   * that only the exact spelling of a name counts.
   */
  #indexOf(key: string): number | undefined {
    if (this.#frame === undefined) this.#frame = this.#makeFrame();
    const frame = this.#frame;
    if (!frame || !key.startsWith(frame.before)) return undefined;
    const { counts, before, behind } = frame;
    const { times, startNumber } = this.#rules;
    const digits = DIGITS.exec(key.slice(before.length, before.length + 20))?.[0] ?? '';
    // digits that follow may belong to the text after the number
    for (let length = digits.length; length > 0; length--) {
      if (!key.startsWith(behind, before.length + length)) continue;
      const value = Number(digits.slice(0, length));
      const index = counts === 'Number' ? value - startNumber : times.indexAt(value);
      if (Number.isInteger(index) && index >= 0 && index < times.count() && this.#keyAt(index) === key) return index;
    }
    return undefined;
  }

  #makeFrame(): UrlFrame | null {
    const frame = this.#rules.names.frame;
    if (!frame) return null;
    const whole = this.#keyOf(`${frame.before}0${frame.behind}`);
    const end = `0${frame.behind}`;
    // a URL may spell the text after the number in another way: then the text before it is found without that
    const before = whole.endsWith(end) ? whole.slice(0, -end.length) : this.#keyOf(`${frame.before}0`).slice(0, -1);
    return WITH_HOST.test(before) ? { ...frame, before, behind: whole.slice(before.length + 1) } : null;
  }

  /** Tells whether `key` is the init segment. Compares its end first: each request searches all Representations. */
  #isInit(key: string): boolean {
    const { init } = this.#rules;
    return init !== '' && key.endsWith(init.slice(init.lastIndexOf('/') + 1)) && this.#keyOf(init) === key;
  }
}

/** Segments whose names a manifest lists, the init segment first. */
export class ListOrder implements RepresentationOrder {
  readonly seconds: number;
  /** Always false: a list is complete, and a later manifest has the next segments. */
  readonly isLive = false;
  readonly #names: readonly string[];
  readonly #keyOf: KeyOf;
  /** The place of each key; made at the first use. */
  #places: ReadonlyMap<string, number> | undefined;
  #keys: readonly string[] = [];

  constructor(names: readonly string[], keyOf: KeyOf, seconds: number) {
    this.#names = names;
    this.#keyOf = keyOf;
    this.seconds = seconds;
  }

  has(key: string): boolean {
    return this.#placeOf(key) !== undefined;
  }

  *after(key: string): Iterable<string> {
    const place = this.#placeOf(key) ?? Infinity;
    for (let next = place + 1; next < this.#keys.length; next++) yield this.#keys[next]!;
  }

  #placeOf(key: string): number | undefined {
    if (!this.#places) {
      // each URL once: a manifest may name a file for each of its byte ranges
      this.#keys = [...new Set(this.#names.map(this.#keyOf))];
      this.#places = new Map(this.#keys.map((it, place) => [it, place]));
    }
    return this.#places.get(key);
  }
}
