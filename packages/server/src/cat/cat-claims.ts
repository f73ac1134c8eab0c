import { Tagged } from 'cborg';
import { bytesToHex } from '@noble/hashes/utils.js';
import { inIpRange, ipBytes } from '../formats/ip-bytes.ts';
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

const part = { scheme: 0, host: 1, path: 3 } as const;
const match = { exact: 0, prefix: 1 } as const;

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
  2: (text, value) => text.endsWith(value),
  3: (text, value) => text.includes(value),
};

/** Whether all conditions are met; one that is not understood (patterns, hashes) is not met. */
export function meetsUri(url: URL, conditions: unknown): boolean {
  if (conditions === undefined) return true;
  if (!(conditions instanceof Map)) return false;
  return [...(conditions as ReadonlyMap<number, unknown>)].every(([number, kinds]) => {
    const text = partOf(url, number);
    if (text === undefined || !(kinds instanceof Map)) return false;
    return [...(kinds as ReadonlyMap<number, unknown>)].every(
      ([kind, value]) => typeof value === 'string' && (tests[kind]?.(text, value) ?? false),
    );
  });
}

/** Address ranges as RFC 9164 prefixes: tag 52 for IPv4, 54 for IPv6. */
export function ipClaim(ranges: readonly string[]): Tagged[] {
  return ranges.map((range) => {
    const [network = '', length] = range.split('/');
    const bytes = ipBytes(network);
    return new Tagged(bytes.length === 4 ? 52 : 54, [Number(length ?? bytes.length * 8), bytes]);
  });
}

export function meetsIp(ip: string | undefined, claim: unknown): boolean {
  if (claim === undefined) return true;
  if (ip === undefined || !Array.isArray(claim)) return false;
  return claim.some((each: unknown) => {
    if (!(each instanceof Tagged) || !Array.isArray(each.value)) return false;
    const [length, bytes] = each.value as [number, Uint8Array];
    return inIpRange(ip, `${addressOf(bytes)}/${length}`);
  });
}

function addressOf(bytes: Uint8Array): string {
  if (bytes.length === 4) return bytes.join('.');
  return bytesToHex(bytes).replace(/(.{4})(?!$)/g, '$1:');
}

/** Claims whose meaning is known here; a token with any other is refused, since it may restrict what it opens. */
export function areUnderstood(claims: CborClaims): boolean {
  const known: readonly number[] = Object.values(label);
  return [...claims.keys()].every((each) => known.includes(each));
}
