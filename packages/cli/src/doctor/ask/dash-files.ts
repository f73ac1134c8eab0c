import type { ListedFile } from './listed-files.ts';

type Attributes = Readonly<Record<string, string>>;

/** Bounded, and only from the beginning of a name: a run of letters would otherwise take the square of its length. */
const ATTRIBUTE = /(?<![\w:])([\w:]{1,64})\s{0,9}=\s{0,9}(?:"([^"]*)"|'([^']*)')/g;
/** The most digits of a number in a name: an attribute could ask for millions. */
const MAX_WIDTH = 20;
/** The most AdaptationSets that are read. The doctor requests one file of each kind on each origin. */
const MAX_SETS = 10;
/** Segments by which the number of a live stream's segment is behind the clock: the last ones may not be there yet. */
const BEHIND = 3;

/**
 * Returns an init segment and a segment of each AdaptationSet of a DASH manifest (ISO/IEC 23009-1). A manifest may come
 * from anyone, so patterns read it, in linear time, and no segment is written out but those that are returned. Of an
 * AdaptationSet, they take the first Representation, template and timeline; what they cannot read is left out.
 */
export function filesOfDash(text: string, url: string): ListedFile[] {
  const [head = '', ...sets] = withoutComments(text).split(/<(?:\w{1,20}:)?AdaptationSet(?=[\s>])/, MAX_SETS + 1);
  const manifest = attributesOf(head, 'MPD');
  if (!manifest) return [];
  const base = baseIn(head, url);
  return sets.flatMap((set) => {
    const template = { ...attributesOf(head, 'SegmentTemplate'), ...attributesOf(set, 'SegmentTemplate') };
    const { id = '', bandwidth = '' } = attributesOf(set, 'Representation') ?? {};
    const names = { RepresentationID: id, Bandwidth: bandwidth };
    const ofSet = baseIn(set, base);
    const { initialization = attributesOf(set, 'Initialization')?.sourceURL } = template;
    const { media = attributesOf(set, 'SegmentURL')?.media } = template;
    const segment = { ...names, ...segmentOf(template, entriesIn(set), manifest) };
    const files = [
      { kind: 'init segment', url: initialization && resolved(filled(initialization, names), ofSet) },
      { kind: 'segment', url: media === undefined ? ofSet : resolved(filled(media, segment), ofSet) },
    ];
    return files.flatMap(({ kind, url: found }) => (found ? { kind, url: found } : []));
  });
}

/** Returns number and time of the first segment; in a live stream, where that may be gone, those of a recent one. */
function segmentOf(template: Attributes, timeline: readonly Attributes[], manifest: Attributes): Attributes {
  const isLive = manifest.type === 'dynamic';
  let [number, time, end] = [Number(template.startNumber ?? 1), 0, 0];
  if (timeline.length === 0 && isLive) {
    const begun = Date.parse(manifest.availabilityStartTime ?? '') / 1000;
    const seconds = Number(template.duration) / Number(template.timescale ?? 1);
    number += Math.max(0, Math.floor((Date.now() / 1000 - begun) / seconds) - BEHIND) || 0;
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

/** Returns the entries of the first timeline: start, duration and repeats. */
function entriesIn(text: string): Attributes[] {
  const [, timeline = ''] = /<(?:\w{1,20}:)?SegmentTimeline>(.*)/s.exec(text) ?? [];
  const [own = ''] = timeline.split('SegmentTimeline>', 1);
  return [...own.matchAll(/<(?:\w{1,20}:)?S\s([^<>]*)>/g)].map(([, written = '']) => attributesIn(written));
}

/** Returns the first `BaseURL`, resolved; `above` if there is none. */
function baseIn(text: string, above: string): string {
  const [, written] = /<(?:\w{1,20}:)?BaseURL(?:\s[^<>]*)?>([^<]*)/.exec(text) ?? [];
  return written === undefined ? above : resolved(unescaped(written.trim()), above);
}

function attributesOf(text: string, element: string): Attributes | undefined {
  const [, written] = new RegExp(`<(?:\\w{1,20}:)?${element}(\\s[^<>]*|)>`).exec(text) ?? [];
  return written === undefined ? undefined : attributesIn(written);
}

const attributesIn = (written: string): Attributes => {
  const found = [...written.matchAll(ATTRIBUTE)];
  return Object.fromEntries(found.map(([, name = '', one, other]) => [name, unescaped(one ?? other ?? '')]));
};

const withoutComments = (text: string): string =>
  text
    .split('<!--')
    .map((part, i) => (i === 0 ? part : part.split('-->').slice(1).join('')))
    .join('');

/** @returns an empty text for what is no URL */
const resolved = (name: string, base: string): string => (URL.canParse(name, base) ? new URL(name, base).href : '');

const unescaped = (text: string): string =>
  text.replaceAll('&quot;', '"').replaceAll('&apos;', "'").replaceAll('&lt;', '<').replaceAll('&amp;', '&');
