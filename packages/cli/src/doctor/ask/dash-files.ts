import type { ListedFile } from './listed-files.ts';

type Attributes = Readonly<Record<string, string>>;

/** What an element of a manifest says, or inherits from the elements around it. */
interface Level {
  readonly depth: number;
  base: string;
  hasOwnBase: boolean;
  /** Attributes of a SegmentTemplate, or the names of a SegmentList as a template has them. */
  template: Attributes;
  /** Entries of the timeline: start, duration and repeats. */
  timeline: Attributes[];
}

/** The elements that are read, each with its attributes and the text behind its start tag. */
const ELEMENT =
  /<(?:\w{1,20}:)?(MPD|Period|AdaptationSet|Representation|BaseURL|SegmentTemplate|S|SegmentURL|Initialization)(?=[\s/>])([^<>]*)>([^<]*)/g;
/** Bounded, and only from the beginning of a name: a run of letters would otherwise take the square of its length. */
const ATTRIBUTE = /(?<![\w:])([\w:]{1,64})\s{0,9}=\s{0,9}(?:"([^"]*)"|'([^']*)')/g;
const levels = ['MPD', 'Period', 'AdaptationSet', 'Representation'];
/** The most digits of a number in a name: an attribute could ask for millions. */
const MAX_WIDTH = 20;
/** The most files of a manifest. The doctor requests one of each kind on each origin. */
const MAX_FILES = 20;
/** Segments by which the number of a live stream's segment is behind the clock: the last ones may not be there yet. */
const BEHIND = 3;

/**
 * Returns an init segment and a segment of the first Representation in each AdaptationSet of a DASH manifest
 * (ISO/IEC 23009-1). A manifest may come from anyone, so a pattern reads it, in linear time, and no segment is written
 * out but those that are returned. What cannot be read is left out.
 */
export function filesOfDash(text: string, url: string): ListedFile[] {
  const files: ListedFile[] = [];
  const path: Level[] = [];
  let manifest: Attributes = {};
  /** The first Representation of the AdaptationSet, until its end. */
  let representation: Attributes | undefined;
  let isFirst = true;
  const endOfRepresentation = (): void => {
    const level = path.at(-1);
    if (level && representation && files.length < MAX_FILES) files.push(...filesOf(level, representation, manifest));
    representation = undefined;
  };
  for (const [, name = '', written = '', content = ''] of withoutComments(text).matchAll(ELEMENT)) {
    const attributes = attributesIn(written);
    const depth = levels.indexOf(name);
    if (depth >= 0) {
      endOfRepresentation();
      while ((path.at(-1)?.depth ?? -1) >= depth) path.pop();
      const { base = url, template = {}, timeline = [] } = path.at(-1) ?? {};
      path.push({ depth, base, hasOwnBase: false, template, timeline });
      if (name === 'MPD') manifest = attributes;
      if (name === 'AdaptationSet') isFirst = true;
      if (name !== 'Representation' || !isFirst) continue;
      representation = attributes;
      isFirst = false;
      continue;
    }
    const level = path.at(-1);
    if (!level) continue;
    if (name === 'BaseURL' && !level.hasOwnBase) {
      level.base = resolved(unescaped(content.trim()), level.base);
      level.hasOwnBase = true;
    } else if (name === 'SegmentTemplate') {
      level.template = { ...level.template, ...attributes };
      level.timeline = [];
    } else if (name === 'S') level.timeline.push(attributes);
    else if (name === 'Initialization')
      level.template = { initialization: attributes.sourceURL ?? '', ...level.template };
    else if (name === 'SegmentURL') level.template = { media: attributes.media ?? '', ...level.template };
  }
  endOfRepresentation();
  return files;
}

function filesOf({ base, template, timeline }: Level, own: Attributes, manifest: Attributes): ListedFile[] {
  const { media, initialization = '' } = template;
  const names = { RepresentationID: own.id ?? '', Bandwidth: own.bandwidth ?? '' };
  const segment = { ...names, ...segmentOf(template, timeline, manifest) };
  return [
    ...(initialization === '' ? [] : [{ kind: 'init segment', url: resolved(filled(initialization, names), base) }]),
    { kind: 'segment', url: media === undefined ? base : resolved(filled(media, segment), base) },
  ];
}

/** Returns number and time of the first segment; in a live stream, where that may be gone, those of a recent one. */
function segmentOf(template: Attributes, timeline: readonly Attributes[], manifest: Attributes): Attributes {
  const isLive = manifest.type === 'dynamic';
  let [number, time, end] = [Number(template.startNumber ?? 1), 0, 0];
  if (timeline.length === 0 && isLive) {
    const begun = Date.parse(manifest.availabilityStartTime ?? '') / 1000;
    const seconds = Number(template.duration) / Number(template.timescale ?? 1);
    const ended = Math.floor((Date.now() / 1000 - begun) / seconds);
    number += Math.max(0, ended - BEHIND) || 0;
  }
  for (const [i, { t, d, r = 0 }] of timeline.slice(0, isLive ? undefined : 1).entries()) {
    const repeats = isLive ? Math.max(0, Number(r)) : 0;
    time = Number(t ?? end) + repeats * Number(d);
    end = time + Number(d);
    number += repeats + Math.sign(i);
  }
  return { Number: String(number), Time: String(time) };
}

/** Fills a template, such as `$RepresentationID$/$Number%05d$.m4s`. */
const filled = (template: string, values: Attributes): string =>
  template.replace(/\$(\w*)(?:%0(\d{1,9})d)?\$/g, (whole, name: string, width = '0') =>
    name === '' ? '$' : (values[name]?.padStart(Math.min(Number(width), MAX_WIDTH), '0') ?? whole),
  );

/** @returns an empty text for what is no URL */
const resolved = (name: string, base: string): string => (URL.canParse(name, base) ? new URL(name, base).href : '');

const withoutComments = (text: string): string =>
  text
    .split('<!--')
    .map((part, i) => (i === 0 ? part : part.split('-->').slice(1).join('')))
    .join('');

const attributesIn = (written: string): Attributes =>
  Object.fromEntries(
    [...written.matchAll(ATTRIBUTE)].map(([, name, one, other]) => [name, unescaped(one ?? other ?? '')]),
  );

const unescaped = (text: string): string =>
  text.replaceAll('&quot;', '"').replaceAll('&apos;', "'").replaceAll('&lt;', '<').replaceAll('&amp;', '&');
