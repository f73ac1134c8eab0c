import { NameTemplate } from './name-template.ts';
import type { KeyOf, RepresentationOrder } from './representation-order.ts';
import { ListOrder, TemplateOrder } from './representation-order.ts';
import type { PeriodTimes, SegmentTimes } from './segment-times.ts';
import { Timeline, evenTimes } from './segment-times.ts';
import { resolveUrl } from '../url-text.ts';
import { MAX_URL_LENGTH, baseOfPlaylist } from './url-order.ts';
import type { XmlElement } from './xml-elements.ts';
import { childrenOf, parseXml } from './xml-elements.ts';

/**
 * The limits of what is read of a manifest: the number of Representations, timeline entries and listed names, and the
 * characters of their URLs and templates. A day of advertisements and programmes needs a tenth of that.
 */
const MAX_REPRESENTATIONS = 50_000;
const MAX_CHARACTERS = 2 ** 23;
/** The maximum length of the id of a Period: a reload compares it once for each Representation. */
const MAX_ID_LENGTH = 1000;
/** The maximum length of a number: many Representations may inherit one, and each reads it. */
const MAX_DIGITS = 32;

/** A Representation that names more than one file. */
export interface Representation {
  /** The id of its Period. Like `id`, it stays the same while other Periods come and go. */
  readonly period: string;
  readonly id: string;
  readonly order: RepresentationOrder;
}

export interface DashManifest {
  /** In the order of playback; in a live stream, the latest Period comes first. */
  readonly representations: readonly Representation[];
  /** Counts against the limit that all playlists share (`KnownPlaylists`). */
  readonly size: number;
}

interface ManifestContext {
  /** The URL of the manifest. */
  readonly url: string;
  /** Unix seconds. */
  readonly now: () => number;
  /** Returns the key of an absolute URL. */
  readonly identify: (href: string) => string;
}

export const isMpd = (text: string): boolean => /^\s*(?:<[?!][^>]*>\s*)*<(?:\w+:)?MPD[\s>]/.test(text.slice(0, 10_000));

/** Returns the seconds of a duration such as `PT1H2M3.5S`, also with days; `undefined` for any other text. */
function parseDuration(text: string | undefined): number | undefined {
  const [, days = 0, hours = 0, minutes = 0, seconds = 0] =
    /^P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:([\d.]+)S)?)?$/.exec(text ?? '') ?? [undefined, NaN];
  const total = ((Number(days) * 24 + Number(hours)) * 60 + Number(minutes)) * 60 + Number(seconds);
  return Number.isNaN(total) ? undefined : total;
}

/** The values that a Period, an AdaptationSet or a Representation has or inherits. */
interface Level {
  /** The base URL of its URIs; empty if that cannot be resolved or is too long. */
  readonly base: string;
  /** The `SegmentTemplate` elements that apply to it, the innermost first. */
  readonly templates: readonly XmlElement[];
  /** The `SegmentList` elements that apply to it, the innermost first. */
  readonly lists: readonly XmlElement[];
}

/** Resolves the first `BaseURL` of `element`; any others are alternatives to it. */
function baseOf(element: XmlElement, outer: string): string {
  const [base] = childrenOf(element, 'BaseURL');
  if (!base || !outer) return outer;
  const url = base.text.length > MAX_URL_LENGTH ? '' : resolveUrl(base.text, outer);
  return url.length > MAX_URL_LENGTH ? '' : url;
}

const levelOf = (element: XmlElement, outer: Level): Level => ({
  base: baseOf(element, outer.base),
  templates: [...childrenOf(element, 'SegmentTemplate').slice(0, 1), ...outer.templates],
  lists: [...childrenOf(element, 'SegmentList').slice(0, 1), ...outer.lists],
});

/** Returns the value of an attribute in the innermost of `elements` that has it. */
const attributeOf = (elements: readonly XmlElement[], name: string): string | undefined =>
  elements.find(({ attributes }) => attributes.has(name))?.attributes.get(name);

/** Returns the number in an attribute of the innermost of `elements` that has it; NaN if it is none, or a long one. */
function numberOf(elements: readonly XmlElement[], name: string, otherwise = NaN): number {
  const text = attributeOf(elements, name);
  if (text === undefined) return otherwise;
  return text.length > MAX_DIGITS ? NaN : Number(text);
}

/** The elements of a list that name files, and their attributes with the URIs. */
const LISTED = [
  ['Initialization', 'sourceURL'],
  ['SegmentURL', 'media'],
] as const;

/** Returns the innermost of `elements` that has children. */
const innermostOf = (elements: readonly XmlElement[]): XmlElement | undefined =>
  elements.find(({ children }) => children.length > 0);

interface Period {
  readonly element: XmlElement;
  readonly id: string;
  readonly times: PeriodTimes;
}

/** Returns the Periods of a manifest in the order of playback; for a live stream, the latest first. */
function periodsOf(mpd: XmlElement, now: () => number): Period[] {
  const total = parseDuration(mpd.attributes.get('mediaPresentationDuration'));
  const isLive = mpd.attributes.get('type') === 'dynamic';
  const startedAt = Date.parse(mpd.attributes.get('availabilityStartTime') ?? '') / 1000;
  const elements = childrenOf(mpd, 'Period');
  const periods: Period[] = [];
  let start = 0;
  for (const [index, element] of elements.entries()) {
    const { attributes } = element;
    start = parseDuration(attributes.get('start')) ?? start;
    const end = parseDuration(elements[index + 1]?.attributes.get('start')) ?? total ?? Infinity;
    const duration = parseDuration(attributes.get('duration')) ?? end - start;
    const since = startedAt + start;
    const id = attributes.get('id');
    periods.push({
      element,
      id: id === undefined || id.length > MAX_ID_LENGTH ? String(start) : id,
      times: { duration, ...(isLive && { present: () => now() - since }) },
    });
    start += duration;
  }
  return isLive ? periods.reverse() : periods;
}

/** Reads which URLs a manifest names. An element that several Representations inherit is read and kept only once. */
class ManifestReader {
  readonly #context: ManifestContext;
  /**
   * Timelines by the template that contains them. `undefined` notes that a template has none: the search through its
   * other children, which may be many, is not repeated.
   */
  readonly #timelines = new Map<XmlElement, Timeline | undefined>();
  readonly #lists = new Map<XmlElement, { readonly base: string; readonly order: ListOrder }>();
  #size = 0;
  #characters = 0;

  constructor(context: ManifestContext) {
    this.#context = context;
  }

  read(mpd: XmlElement): DashManifest {
    const representations = [...this.#representations(mpd)];
    return { representations, size: this.#size };
  }

  *#representations(mpd: XmlElement): Iterable<Representation> {
    const { url, now } = this.#context;
    const outermost: Level = { base: baseOf(mpd, baseOfPlaylist(url)), templates: [], lists: [] };
    for (const { element, id: period, times } of periodsOf(mpd, now)) {
      const ofPeriod = levelOf(element, outermost);
      for (const set of childrenOf(element, 'AdaptationSet')) {
        const ofSet = levelOf(set, ofPeriod);
        for (const representation of childrenOf(set, 'Representation')) {
          this.#size++;
          const order = this.#orderOf(levelOf(representation, ofSet), representation.attributes, times);
          if (this.#size > MAX_REPRESENTATIONS || this.#characters > MAX_CHARACTERS) return;
          if (order) yield { period, id: representation.attributes.get('id') ?? '', order };
        }
      }
    }
  }

  #orderOf(level: Level, attributes: XmlElement['attributes'], times: PeriodTimes): RepresentationOrder | undefined {
    if (!level.base) return undefined;
    if (level.templates.length > 0) return this.#templateOrder(level, attributes, times);
    // a Representation with SegmentBase is one file, and the requests for its ranges share a token
    return level.lists.length > 0 ? this.#listOrder(level) : undefined;
  }

  #templateOrder(
    { base, templates }: Level,
    attributes: XmlElement['attributes'],
    period: PeriodTimes,
  ): TemplateOrder | undefined {
    const values = {
      RepresentationID: attributes.get('id') ?? '',
      Bandwidth: attributes.get('bandwidth') ?? '',
    };
    const [media = '', initialization = ''] = ['media', 'initialization'].map((name) => attributeOf(templates, name));
    const names = NameTemplate.parse(media, values);
    const init = NameTemplate.parse(initialization, values);
    if (!names || !init) {
      // many Representations may inherit a template that is read in vain
      this.#characters += media.length + initialization.length;
      return undefined;
    }
    const timescale = numberOf(templates, 'timescale', 1);
    const { times, duration } = this.#timesOf(templates, timescale, period);
    this.#characters += base.length + names.length + init.length;
    const rules = {
      names,
      times,
      startNumber: numberOf(templates, 'startNumber', 1),
      init: init.name(0, 0),
      isLive: period.present !== undefined,
      seconds: duration / timescale || 0,
    };
    return new TemplateOrder(rules, this.#keyOf(base));
  }

  #timesOf(
    templates: readonly XmlElement[],
    timescale: number,
    period: PeriodTimes,
  ): { times: SegmentTimes; duration: number } {
    const timeline = this.#timelineOf(innermostOf(templates));
    if (!timeline) {
      const duration = numberOf(templates, 'duration');
      return { times: evenTimes(duration, timescale, period), duration };
    }
    const offset = numberOf(templates, 'presentationTimeOffset', 0);
    const times = timeline.times(() => offset + Math.min(period.duration, period.present?.() ?? Infinity) * timescale);
    return { times, duration: timeline.lastDuration };
  }

  #timelineOf(template: XmlElement | undefined): Timeline | undefined {
    if (!template || this.#timelines.has(template)) return template && this.#timelines.get(template);
    const [element] = childrenOf(template, 'SegmentTimeline');
    const timeline = element && new Timeline(element);
    this.#timelines.set(template, timeline);
    this.#size += timeline?.size ?? 0;
    return timeline;
  }

  /**
   * Returns the order of a `SegmentList`. The names of a list are kept once, with the base URL under which they were
   * read first: a Representation that inherits the list under another base URL gets `undefined`.
   */
  #listOrder({ base, lists }: Level): ListOrder | undefined {
    const element = innermostOf(lists);
    if (!element) return undefined;
    const known = this.#lists.get(element);
    if (known) return known.base === base ? known.order : undefined;
    const names = element.children.flatMap(({ name, attributes }) => {
      const uri = attributes.get(LISTED.find(([element]) => element === name)?.[1] ?? '');
      return uri !== undefined && uri.length <= MAX_URL_LENGTH ? uri : [];
    });
    const seconds = numberOf(lists, 'duration') / numberOf(lists, 'timescale', 1) || 0;
    this.#size += names.length;
    this.#characters += names.length * base.length + names.reduce((sum, { length }) => sum + length, 0);
    const order = new ListOrder(names, this.#keyOf(base), seconds);
    this.#lists.set(element, { base, order });
    return order;
  }

  #keyOf(base: string): KeyOf {
    const { identify } = this.#context;
    return (uri) => identify(resolveUrl(uri, base));
  }
}

/** Returns the Representations of a DASH manifest, and the order in which their URLs are played. */
export function parseDashManifest(text: string, context: ManifestContext): DashManifest {
  const mpd = parseXml(text);
  return mpd?.name === 'MPD' ? new ManifestReader(context).read(mpd) : { representations: [], size: 0 };
}
