import { sha512_256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import { digest, sha256, sha512 } from '../crypto/hash.ts';
import { folderHolding } from '../format-parts/opened-scope.ts';

/**
 * `catu`: conditions by the part of the URL; each has a value for each kind of match. Parts: 0 scheme, 1 host, 2 port,
 * 3 path, 4 query, 5 parent path, 6 file name, 7 stem, 8 extension. Kinds: 0 exact, 1 prefix, 2 suffix, 3 contains, −1
 * SHA-256, −2 SHA-512/256 (or SHA-512, which two libraries compute instead). A hash is bytes, or text in hex.
 */
export type UriConditions = ReadonlyMap<number, ReadonlyMap<number, string | Uint8Array>>;

/** One condition, in either dialect. */
interface UriCondition {
  readonly part: number;
  readonly match: number;
  /** The values of which one has to match. */
  readonly values: readonly (string | Uint8Array)[];
}

const part = { scheme: 0, host: 1, port: 2, path: 3, parentPath: 5, extension: 8 } as const;
const match = { exact: 0, prefix: 1, suffix: 2, contains: 3, sha256: -1, sha512: -2 } as const;

/** The numbers in the documentation of CloudFront Functions, and the standard's. */
const aws = {
  parts: new Map<number, number>([
    [1, part.host],
    [2, part.path],
    [3, part.extension],
  ]),
  matches: new Map<number, number>([
    [1, match.prefix],
    [2, match.suffix],
    [3, match.exact],
  ]),
};

/**
 * Returns the conditions that open every URL that begins with `path`, or `path` alone, on this scheme, host and port.
 * AWS has no numbers for scheme and port: there, any scheme will do, and the host includes the port.
 */
export function uriConditions(
  { protocol, host, hostname, port }: URL,
  path: string,
  { exact, isAws }: { exact: boolean; isAws: boolean },
): UriConditions {
  const onPath = [part.path, new Map([[exact ? match.exact : match.prefix, path]])] as const;
  if (isAws) return new Map([[part.host, new Map([[match.exact, host]])], onPath]);
  return new Map([
    [part.scheme, new Map([[match.exact, protocol.slice(0, -1)]])],
    [part.host, new Map([[match.exact, hostname]])],
    ...(port === '' ? [] : ([[part.port, new Map([[match.exact, port]])]] as const)),
    onPath,
  ]);
}

/** Returns the conditions with AWS's numbers; `undefined` if AWS has no number for one of them. */
export function toAwsUri(conditions: UriConditions): UriConditions | undefined {
  const numberIn = (numbers: ReadonlyMap<number, number>, ours: number): number =>
    [...numbers].find(([, each]) => each === ours)?.[0] ?? NaN;
  const written = new Map(
    [...conditions].map(([ours, kinds]) => [
      numberIn(aws.parts, ours),
      new Map([...kinds].map(([kind, value]) => [numberIn(aws.matches, kind), value])),
    ]),
  );
  return readUri(written, true) && written;
}

/**
 * Reads conditions with the standard's numbers or AWS's. Returns `undefined` for a claim that is not a map of texts and
 * bytes, and for a number that AWS does not have. AWS may name several values.
 */
export function readUri(claim: unknown, isAws: boolean): readonly UriCondition[] | undefined {
  const isGood = (value: unknown): value is string | Uint8Array =>
    typeof value === 'string' || (!isAws && value instanceof Uint8Array);
  if (!(claim instanceof Map)) return undefined;
  const found: UriCondition[] = [];
  for (const [writtenPart, kinds] of claim as ReadonlyMap<number, unknown>) {
    const number = isAws ? aws.parts.get(writtenPart) : writtenPart;
    if (typeof number !== 'number' || !(kinds instanceof Map)) return undefined;
    for (const [writtenMatch, value] of kinds as ReadonlyMap<number, unknown>) {
      const kind = isAws ? aws.matches.get(writtenMatch) : writtenMatch;
      const values = isAws ? [value].flat() : [value];
      if (typeof kind !== 'number' || !values.every(isGood)) return undefined;
      found.push({ part: number, match: kind, values });
    }
  }
  return found;
}

/** Returns the parts of a URL that conditions are about, by their number: scheme to extension. */
function partsOf(url: URL, hasPort: boolean): readonly string[] {
  const file = url.pathname.slice(url.pathname.lastIndexOf('/') + 1);
  const dot = file.lastIndexOf('.');
  const [stem, extension] = dot < 0 ? [file, ''] : [file.slice(0, dot), file.slice(dot)];
  const parent = url.pathname.slice(0, -file.length - 1) || '/';
  const port = url.port || (url.protocol === 'https:' ? '443' : '80');
  // Without a condition for the port, a host means the default port of the scheme.
  const host = hasPort ? url.hostname : url.host;
  return [url.protocol.slice(0, -1), host, port, url.pathname, url.search.slice(1), parent, file, stem, extension];
}

const isHash = (value: string | Uint8Array, ...hashes: readonly string[]): boolean =>
  hashes.includes(typeof value === 'string' ? value.toLowerCase() : bytesToHex(value));

/** Tests by the kind of match. Each takes time in proportion to the lengths of the text and the value. */
const tests: Readonly<Record<number, (text: string, value: string | Uint8Array) => boolean>> = {
  [match.exact]: (text, value) => text === value,
  [match.prefix]: (text, value) => typeof value === 'string' && text.startsWith(value),
  [match.suffix]: (text, value) => typeof value === 'string' && text.endsWith(value),
  [match.contains]: (text, value) => typeof value === 'string' && text.includes(value),
  [match.sha256]: (text, value) => isHash(value, digest(sha256, text, 'hex')),
  [match.sha512]: (text, value) =>
    isHash(value, bytesToHex(sha512_256(utf8ToBytes(text))), digest(sha512, text, 'hex')),
};

/**
 * Tells whether all conditions are met. A condition that is not understood, such as a regular expression, is not met.
 */
export function meetsUri(url: URL, conditions: readonly UriCondition[]): boolean {
  const texts = partsOf(
    url,
    conditions.some((each) => each.part === part.port),
  );
  return conditions.every(({ part: number, match: kind, values }) => {
    const text = texts[number];
    const isMet = tests[kind];
    return text !== undefined && isMet !== undefined && values.some((value) => isMet(text, value));
  });
}

/**
 * Returns the smallest folder, or the path, that holds every URL which meets the conditions, whichever parts of a URL
 * they are about.
 */
export function pathOfConditions(conditions: readonly UriCondition[]): { path: string; isFolder: boolean } {
  const valueOf = (number: number, kind: number): string | undefined => {
    const values = conditions.find((each) => each.part === number && each.match === kind)?.values ?? [];
    return values.length === 1 && typeof values[0] === 'string' ? values[0] : undefined;
  };
  const exact = valueOf(part.path, match.exact);
  if (exact !== undefined) return { path: exact, isFolder: false };
  const parent = valueOf(part.parentPath, match.exact);
  if (parent?.startsWith('/')) return { path: parent.endsWith('/') ? parent : `${parent}/`, isFolder: true };
  return { path: folderHolding(valueOf(part.path, match.prefix) ?? '/'), isFolder: true };
}
