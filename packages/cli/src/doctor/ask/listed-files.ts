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
    // with a path as long as this, the URLs would take more memory than those of any playlist in use
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

/**
 * Returns an init segment and the first segment of each AdaptationSet of a DASH manifest (ISO/IEC 23009-1). A manifest
 * may come from anyone, so patterns read it, in linear time. Of an AdaptationSet, they take the first Representation,
 * template and time. Of a live stream, they take no segment: the first one may be gone.
 */
function filesOfDash(text: string, url: string): ListedFile[] {
  const [head = '', ...sets] = withoutComments(text).split(/<(?:\w{1,20}:)?AdaptationSet(?=[\s>])/, MAX_SETS + 1);
  const manifest = attributesOf(head, 'MPD');
  if (!manifest) return [];
  const base = baseIn(head, url);
  return sets.flatMap((set) => {
    const template = { ...attributesOf(head, 'SegmentTemplate'), ...attributesOf(set, 'SegmentTemplate') };
    const { id = '', bandwidth = '' } = attributesOf(set, 'Representation') ?? {};
    const values = {
      RepresentationID: id,
      Bandwidth: bandwidth,
      Number: template.startNumber ?? '1',
      Time: attributesOf(set, 'S')?.t ?? '0',
    };
    const ofSet = baseIn(set, base);
    const at = (name: string): string => resolved(filled(name, values), ofSet);
    const { initialization = attributesOf(set, 'Initialization')?.sourceURL } = template;
    const { media = attributesOf(set, 'SegmentURL')?.media } = template;
    return [
      ...(initialization === undefined ? [] : [{ kind: 'init segment', url: at(initialization) }]),
      ...(manifest.type === 'dynamic' ? [] : [{ kind: 'segment', url: media === undefined ? ofSet : at(media) }]),
    ];
  });
}

/** Fills a template, such as `$RepresentationID$/$Number%05d$.m4s`. */
const filled = (template: string, values: Attributes): string =>
  template.replace(/\$(\w*)(?:%0(\d{1,9})d)?\$/g, (whole, name: string, width = '0') =>
    name === '' ? '$' : (values[name]?.padStart(Math.min(Number(width), MAX_WIDTH), '0') ?? whole),
  );

/** Returns the first `BaseURL`, resolved; `above` if there is none. */
function baseIn(text: string, above: string): string {
  const [, written] = /<(?:\w{1,20}:)?BaseURL(?:\s[^<>]*)?>([^<]*)/.exec(text) ?? [];
  return written === undefined ? above : resolved(unescaped(written.trim()), above);
}

/** Returns the attributes of the first element with this name. */
function attributesOf(text: string, element: string): Attributes | undefined {
  const [, written] = new RegExp(`<(?:\\w{1,20}:)?${element}(\\s[^<>]*|)>`).exec(text) ?? [];
  if (written === undefined) return undefined;
  const found = [...written.matchAll(ATTRIBUTE)];
  return Object.fromEntries(found.map(([, name = '', one, other]) => [name, unescaped(one ?? other ?? '')]));
}

const withoutComments = (text: string): string =>
  text
    .split('<!--')
    .map((part, i) => (i === 0 ? part : part.split('-->').slice(1).join('')))
    .join('');

/** @returns an empty text for what is no URL */
const resolved = (name: string, base: string): string => (URL.canParse(name, base) ? new URL(name, base).href : '');

const unescaped = (text: string): string =>
  text.replaceAll('&quot;', '"').replaceAll('&apos;', "'").replaceAll('&lt;', '<').replaceAll('&amp;', '&');
