import { playlistUrls } from 'secure-token-server';

/** A file that a playlist or a manifest names. */
export interface ListedFile {
  /** The kind in words, such as `segment`. */
  readonly kind: string;
  readonly url: string;
}

/**
 * The tags of HLS whose URLs players load without being told, and the kinds of these files. Advertisements are left
 * out.
 */
const kinds: Readonly<Record<string, string>> = {
  'EXT-X-STREAM-INF': 'variant playlist',
  'EXT-X-MEDIA': 'rendition playlist',
  'EXT-X-I-FRAME-STREAM-INF': 'I-frame playlist',
  'EXT-X-SESSION-KEY': 'key',
  'EXT-X-KEY': 'key',
  'EXT-X-MAP': 'init segment',
  EXTINF: 'segment',
  'EXT-X-PART': 'part',
};

/** The most characters of a URL that is requested: servers accept no longer URLs. */
const MAX_URL = 8192;

const isHls = (text: string): boolean => /^\uFEFF?#EXTM3U/.test(text);

/** Returns the files that the playlist or manifest at `url` names, of each kind one or two that can be requested. */
export function listedFiles(text: string, url: string): ListedFile[] {
  const files = isHls(text) ? filesOfHls(text, url) : filesOfDash(text, url);
  return files.filter((file) => file.url.length <= MAX_URL && /^https?:/.test(file.url) && URL.canParse(file.url));
}

function filesOfHls(text: string, url: string): ListedFile[] {
  let urls: ReturnType<typeof playlistUrls>;
  try {
    urls = playlistUrls(text, url);
  } catch {
    // the URLs would take more memory than those of any playlist in use
    return [];
  }
  const isLive = !text.includes('#EXT-X-ENDLIST');
  return Object.entries(kinds).flatMap(([tag, kind]) => {
    const ofTag = urls.filter((each) => each.tag === tag).map((each) => each.url);
    // by custom, audio stands first and subtitles last; in a live stream, the first segment may be gone
    const chosen = tag === 'EXT-X-MEDIA' ? [ofTag[0], ofTag.at(-1)] : [isLive ? ofTag.at(-1) : ofTag[0]];
    return [...new Set(chosen)].flatMap((each) => (each === undefined ? [] : { kind, url: each }));
  });
}

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
function filesOfDash(text: string, url: string): ListedFile[] {
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
