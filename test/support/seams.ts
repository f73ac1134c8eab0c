import fc from 'fast-check';

/** A request for a token: the URL in parts, as text that `URL` leaves as it is. */
export interface Asked {
  /** Begins with a slash. */
  readonly path: string;
  /** Parameters as they are written, joined by `&`; `undefined` for no query. */
  readonly query: string | undefined;
  /** Unix seconds. */
  readonly expires: number;
}

export const NOW = 1_795_500_000;
export const HOST = 'https://cdn.example.com';

export const urlOf = ({ path, query }: Asked): string => HOST + path + (query === undefined ? '' : `?${query}`);

/** Expiries that `verify` accepts at `NOW`. */
export const times: fc.Arbitrary<number> = fc.integer({ min: NOW + 61, max: NOW + 80_000 });

/**
 * Text that could be read as the beginning or the end of a field, in any format: times, separators raw and escaped,
 * names.
 */
const seam = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.constantFrom('a', 'b', '1', '17', '.m3u8', '.mp4', '.m3u', '/', '/', '/vod/', '-', '_', ' '),
  },
  { weight: 3, arbitrary: fc.constantFrom(...Array.from('~!*&=,:;+@$\'()|"?#%')) },
  { weight: 1, arbitrary: times.map(String) },
  { weight: 1, arbitrary: times.map((time) => `~Expires=${time}`) },
  { weight: 1, arbitrary: times.map((time) => `~exp=${time}`) },
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      'token_path=/vod/',
      '&token_path=/',
      'token_countries=CA',
      '~acl=/*',
      '~url=/a',
      '~salt=x',
      '~id=x',
      '~data=x',
      '~Headers=foo=',
      '~SessionID=x',
      ',/*',
      '!/*',
      'URLPrefix=x',
      'edge-cache-token=',
      'KeyName=k',
      'e\u0301',
      '\u00e9',
      '\u65e5',
      '1.2.3.4',
      '203.0.113.9',
    ),
  },
);

/** The characters that a path holds as they are; others are escaped. */
const inPath = (text: string, raw: boolean): string =>
  raw ? encodeURI(text).replace(/[?#]/g, encodeURIComponent) : text.split('/').map(encodeURIComponent).join('/');

const pathText = fc
  .tuple(
    fc.array(fc.tuple(seam, fc.boolean()), { minLength: 1, maxLength: 5 }),
    fc.constantFrom('/', '/vod/', '/vod/7/'),
  )
  .map(([parts, front]) => front + parts.map(([text, raw]) => inPath(text, raw)).join(''))
  .map((path) => path.replace(/\/{2,}/g, '/'));

const parameter = fc
  .tuple(
    fc.oneof(fc.constantFrom('a', 'b', 'v'), seam),
    fc.option(fc.oneof(fc.constantFrom('', '1'), seam), { nil: undefined }),
    fc.boolean(),
  )
  .map(([name, value, raw]) => {
    const write = raw ? (text: string) => encodeURI(text).replace(/[&#]/g, encodeURIComponent) : encodeURIComponent;
    return value === undefined ? write(name) : `${write(name)}=${write(value)}`;
  });
const queryText = fc.option(
  fc.array(parameter, { maxLength: 3 }).map((pairs) => pairs.join('&')),
  { nil: undefined },
);

/** Draws mostly what a format signs, and mostly with a seam in it. */
export const asked: fc.Arbitrary<Asked> = fc
  .record({
    path: fc.oneof(
      { weight: 3, arbitrary: pathText },
      { weight: 1, arbitrary: fc.constantFrom('/vod/7/a.m3u8', '/vod/a1', '/a') },
    ),
    query: queryText,
    expires: times,
  })
  .filter((each) => URL.canParse(urlOf(each)) && new URL(urlOf(each)).href === urlOf(each));

/** Reads a URL back into its parts; `undefined` for text that is no URL of the host. */
export function partsOf(url: string, expires: number): Asked | undefined {
  if (!URL.canParse(url)) return undefined;
  const { origin, pathname, search } = new URL(url);
  return origin === HOST ? { path: pathname, query: search === '' ? undefined : search.slice(1), expires } : undefined;
}

type Move = (from: Asked, amount: number, text: string) => Asked;
const pairsOf = ({ query = '' }: Asked): string[] => query.split('&');
const withPairs = (from: Asked, pairs: readonly string[]): Asked => ({ ...from, query: pairs.join('&') });

/** Ways to move a border between two fields, so that a string without separators would stay what it is. */
const moves: readonly Move[] = [
  // digits of the expiry to the end of the path, and back
  (from, amount) => {
    const digits = String(from.expires);
    const count = 1 + (amount % 9);
    return {
      ...from,
      path: from.path + digits.slice(0, count),
      expires: Number((digits.slice(count) + digits).slice(0, 10)),
    };
  },
  (from, amount) => {
    const tail = /\d{0,9}$/.exec(from.path)![0].slice(0, 1 + (amount % 9));
    return {
      ...from,
      path: from.path.slice(0, from.path.length - tail.length) || '/',
      expires: Number(`${tail}${from.expires}`.slice(0, 10)),
    };
  },
  // the expiry whole, into the path or a name
  (from, _, text) => ({ ...from, path: `${from.path}${from.expires}${inPath(text, true)}` }),
  (from) => ({ ...from, query: `${from.expires}${from.query ?? ''}` }),
  (from) => ({
    ...from,
    path: from.path.replace(/\d{10}.*/, '') || '/',
    query: /\d{10}(.*)/.exec(from.path)?.[1] ?? from.query,
  }),
  // the query into the path, raw and escaped, and back
  (from) => ({ ...from, path: `${from.path}%3F${from.query ?? ''}`, query: undefined }),
  (from) => ({ ...from, path: from.path + (from.query ?? ''), query: undefined }),
  (from) => {
    const [path, ...rest] = from.path.split('%3F');
    return { ...from, path: path!, query: rest.length > 0 ? rest.join('?') : from.query };
  },
  // separators raw for escaped, and the other way round
  (from) => ({
    ...from,
    path: decodeURI(from.path.replace(/%(?![\da-f]{2})/gi, '%25')),
    query: from.query && encodeURI(from.query),
  }),
  (from, amount) => ({
    ...from,
    path: from.path.replace(/[~!&=,:;]/g, (each, at: number) =>
      at % 2 === amount % 2 ? `%${each.charCodeAt(0).toString(16)}` : each,
    ),
  }),
  (from) => ({ ...from, path: from.path.replace(/%(?:7e|21|26|3d|2c|3a|3b)/gi, decodeURIComponent) }),
  (from) => ({ ...from, query: from.query?.replace(/%(?:7e|21|26|3d|2c|3a|3b|2f)/gi, decodeURIComponent) }),
  // parameters: in another order, twice, empty, without value, in another spelling
  (from) => withPairs(from, pairsOf(from).reverse()),
  (from, amount) => withPairs(from, [...pairsOf(from), pairsOf(from)[amount % pairsOf(from).length]!]),
  (from) => withPairs(from, [...pairsOf(from), 'x']),
  (from) => withPairs(from, [...pairsOf(from), 'x=']),
  (from) => withPairs(from, pairsOf(from).slice(1)),
  (from) =>
    withPairs(
      from,
      pairsOf(from).map((pair) => pair.replace(/^[a-z]/, (letter) => `%${letter.charCodeAt(0).toString(16)}`)),
    ),
  (from) => ({ ...from, query: from.query === undefined ? '' : undefined }),
  // folders
  (from) => ({ ...from, path: from.path.slice(0, from.path.lastIndexOf('/') + 1) }),
  (from) => ({ ...from, path: `${from.path}/` }),
  (from) => ({ ...from, path: from.path.replace(/[^/]*$/, 'x/y') }),
  (from) => ({ ...from, path: from.path.replace(/[^/]*\/[^/]*$/, 'z') }),
  (from) => ({ ...from, path: from.path.replace(/\/([^/]*)$/, '$1') }),
  // Unicode
  (from) => ({
    ...from,
    path: inPath(decodeURI(from.path.replace(/%(?![\da-f]{2})/gi, '%25')).normalize('NFC'), true),
  }),
  (from) => ({ ...from, path: from.path.replaceAll('%C3%A9', 'e%CC%81') }),
  // text of a field
  (from, _, text) => ({ ...from, path: from.path + inPath(text, true) }),
  (from, amount, text) => {
    const at = 1 + (amount % from.path.length);
    return { ...from, path: from.path.slice(0, at) + inPath(text, false) + from.path.slice(at) };
  },
  (from, amount) => ({ ...from, path: from.path.slice(0, 1 + (amount % from.path.length)) }),
  (from, _, text) => ({ ...from, query: `${from.query ?? ''}${encodeURI(text).replace('#', '%23')}` }),
  (from, amount) => ({ ...from, expires: from.expires + 1 + (amount % 100) }),
];

export interface Moved {
  readonly steps: readonly (readonly [move: number, amount: number, text: string])[];
}

const step = fc.tuple(fc.nat(moves.length - 1), fc.nat(40), seam);

export const moved: fc.Arbitrary<Moved> = fc.record({
  steps: fc.oneof(
    { weight: 3, arbitrary: fc.tuple(step) },
    { weight: 1, arbitrary: fc.array(step, { minLength: 2, maxLength: 3 }) },
  ),
});

/** `from` after some moves; `undefined` where it is no longer what a client can send. */
export function moveSeams(from: Asked, { steps }: Moved): Asked | undefined {
  let at = from;
  for (const [move, amount, text] of steps) {
    try {
      at = moves[move]!(at, amount, text);
    } catch {
      return undefined;
    }
  }
  return partsOf(urlOf(at), at.expires);
}
