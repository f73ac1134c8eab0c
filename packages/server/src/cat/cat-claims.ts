import { Tagged } from 'cborg';
import { readExpiry } from '../format-parts/expiry.ts';
import { checkIpRange, isInRange } from '../format-parts/ip-bytes.ts';
import type { IpRange } from '../format-parts/ip-bytes.ts';
import { folderHolding } from '../format-parts/opened-scope.ts';
import type { CborClaims } from './cose-mac.ts';

/** Labels of CTA-5007 and of RFC 8392. */
export const label = {
  issuer: 1,
  expires: 4,
  notBefore: 5,
  issuedAt: 6,
  id: 7,
  version: 310,
  ipRanges: 311,
  uri: 312,
  methods: 313,
  renewal: 323,
} as const;

/** `catu`: conditions by part of the URL, each a value by the kind of match. */
export type UriConditions = ReadonlyMap<number, ReadonlyMap<number, string>>;

const part = { scheme: 0, host: 1, path: 3, parentPath: 5 } as const;
const match = { exact: 0, prefix: 1, suffix: 2, contains: 3 } as const;

/** Opens every URL that begins with `path`, or `path` alone, on this host. */
export function uriConditions({ protocol, host }: URL, path: string, exact: boolean): UriConditions {
  return new Map([
    [part.scheme, new Map([[match.exact, protocol.slice(0, -1)]])],
    [part.host, new Map([[match.exact, host]])],
    [part.path, new Map([[exact ? match.exact : match.prefix, path]])],
  ]);
}

/** The parts of a URL that conditions are about, by their number: scheme to extension. */
function partOf(url: URL, number: number): string | undefined {
  const file = url.pathname.slice(url.pathname.lastIndexOf('/') + 1);
  const dot = file.lastIndexOf('.');
  const [stem, extension] = dot < 0 ? [file, ''] : [file.slice(0, dot), file.slice(dot)];
  const parent = url.pathname.slice(0, -file.length - 1) || '/';
  const port = url.port || (url.protocol === 'https:' ? '443' : '80');
  return [url.protocol.slice(0, -1), url.host, port, url.pathname, url.search.slice(1), parent, file, stem, extension][
    number
  ];
}

const tests: Readonly<Record<number, (text: string, value: string) => boolean>> = {
  [match.exact]: (text, value) => text === value,
  [match.prefix]: (text, value) => text.startsWith(value),
  [match.suffix]: (text, value) => text.endsWith(value),
  [match.contains]: (text, value) => text.includes(value),
};

/** Whether all conditions are met; one that is not understood (patterns, hashes) is not met. */
export function meetsUri(url: URL, conditions: UriConditions): boolean {
  return [...conditions].every(([number, kinds]) => {
    const text = partOf(url, number);
    return text !== undefined && [...kinds].every(([kind, value]) => tests[kind]?.(text, value) ?? false);
  });
}

/**
 * The smallest folder, or the path, that holds whatever meets the conditions, whichever parts of a URL they are about.
 */
export function pathOfConditions(conditions: UriConditions): { path: string; isFolder: boolean } {
  const path = conditions.get(part.path);
  const exact = path?.get(match.exact);
  if (exact !== undefined) return { path: exact, isFolder: false };
  const parent = conditions.get(part.parentPath)?.get(match.exact);
  if (parent?.startsWith('/')) return { path: parent.endsWith('/') ? parent : `${parent}/`, isFolder: true };
  return { path: folderHolding(path?.get(match.prefix) ?? '/'), isFolder: true };
}

/** `catu` as it is understood; `undefined` for a claim that is no map of texts. */
function readUri(claim: unknown): UriConditions | undefined {
  const isMap = (value: unknown): value is ReadonlyMap<unknown, unknown> => value instanceof Map;
  const isText = (value: unknown): boolean => typeof value === 'string';
  if (!isMap(claim)) return undefined;
  const areTexts = [...claim.values()].every((kinds) => isMap(kinds) && [...kinds.values()].every(isText));
  return areTexts ? (claim as UriConditions) : undefined;
}

/** Tags of RFC 9164 by the bytes of an address. */
const addressTags: Readonly<Record<number, number>> = { 4: 52, 16: 54 };

/** Address ranges as RFC 9164 prefixes: tag 52 for IPv4, 54 for IPv6. @throws `ERR_OPTIONS` */
export function ipClaim(ranges: readonly string[]): Tagged[] {
  return ranges.map((range) => {
    const { network, bits } = checkIpRange('ipRanges', range);
    return new Tagged(addressTags[network.length]!, [bits, network]);
  });
}

function readRange(claim: unknown): IpRange | undefined {
  if (!(claim instanceof Tagged) || !Array.isArray(claim.value)) return undefined;
  const [bits, network, ...more] = claim.value as unknown[];
  if (more.length > 0 || !(network instanceof Uint8Array) || claim.tag !== addressTags[network.length])
    return undefined;
  return typeof bits === 'number' && Number.isInteger(bits) && bits >= 0 && bits <= network.length * 8
    ? { network, bits }
    : undefined;
}

/** The claims that `verify` acts on. */
interface CatClaims {
  readonly issuer: string | undefined;
  /** Unix seconds. */
  readonly expires: number;
  /** Unix seconds. */
  readonly notBefore: number;
  readonly uri: UriConditions | undefined;
  readonly ipRanges: readonly IpRange[] | undefined;
  readonly methods: readonly string[] | undefined;
}

/**
 * The claims of a genuine token; `undefined` where one is not known here, since it may restrict what the token opens,
 * or is of another type than the standard gives it.
 */
export function readClaims(claims: CborClaims): CatClaims | undefined {
  const known: readonly number[] = Object.values(label);
  if (![...claims.keys()].every((each) => known.includes(each))) return undefined;
  const [issuer, expires, notBefore, uri, ranges, methods] = [
    label.issuer,
    label.expires,
    label.notBefore,
    label.uri,
    label.ipRanges,
    label.methods,
  ].map((each) => claims.get(each));
  const ipRanges = Array.isArray(ranges) ? ranges.map(readRange) : undefined;
  const conditions = readUri(uri);
  const isWhole =
    (issuer === undefined || typeof issuer === 'string') &&
    typeof expires === 'number' &&
    readExpiry(String(expires)) !== undefined &&
    (notBefore === undefined || Number.isSafeInteger(notBefore)) &&
    (uri === undefined || conditions !== undefined) &&
    (ranges === undefined || ipRanges?.every((range) => range !== undefined) === true) &&
    (methods === undefined || (Array.isArray(methods) && methods.every((each) => typeof each === 'string')));
  if (!isWhole) return undefined;
  return {
    issuer: issuer,
    expires: expires,
    notBefore: (notBefore ?? 0) as number,
    uri: conditions,
    ipRanges: ipRanges as readonly IpRange[] | undefined,
    methods: methods as readonly string[] | undefined,
  };
}

/** The claims of a token that say from where and how it is used, as text that can be compared. */
export function limitsOf(claims: CborClaims): string {
  return JSON.stringify([label.ipRanges, label.methods].map((each) => claims.get(each)));
}

/** Whether the conditions of a token but its times let a request for `url` through. */
export function meetsClaims(
  { uri, ipRanges, methods, issuer }: CatClaims,
  { url, ip, expected }: { url: URL; ip: string | undefined; expected: string | undefined },
): boolean {
  const mayRead = methods === undefined || (methods.includes('GET') && methods.includes('HEAD'));
  const isNear = ipRanges === undefined || ipRanges.some((range) => isInRange(ip, range));
  return (
    mayRead && isNear && (expected === undefined || issuer === expected) && (uri === undefined || meetsUri(url, uri))
  );
}
