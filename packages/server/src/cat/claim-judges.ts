import { Tagged } from 'cborg';
import { utf8Text } from '../crypto/utf8-text.ts';
import { checkIpRange, inIpRange, isInRange } from '../format-parts/ip-bytes.ts';
import type { IpRange } from '../format-parts/ip-bytes.ts';
import { awsLabel, label } from './labels.ts';
import { asksForPattern, meetsUri, readAwsUri, readUri } from './uri-conditions.ts';

/** The known facts about a request, and about the edge that judges its token. */
export interface Asked {
  readonly url: URL;
  readonly method: string;
  readonly ip: string | undefined;
  /** ISO 3166-1, or ISO 3166-2 with the part of the country. */
  readonly country: string | undefined;
  /** ALPN protocol of the client's connection (RFC 7301). */
  readonly alpn: string | undefined;
  readonly issuer: string | undefined;
  readonly audience: readonly string[] | undefined;
}

export interface Opinion {
  /** `unmet`: this request does not meet the claim. `unreadable`: this edge cannot read or check the claim. */
  readonly kind: 'met' | 'unmet' | 'unreadable';
  /** The reason, if the name of the claim does not tell it; never the value of the claim. */
  readonly detail?: string;
}

type Judge = (value: unknown, asked: Asked) => Opinion;

const met: Opinion = { kind: 'met' };
const unmet: Opinion = { kind: 'unmet' };
const unreadable: Opinion = { kind: 'unreadable' };
const when = (isMet: boolean): Opinion => (isMet ? met : unmet);
const isText = (value: unknown): value is string => typeof value === 'string';
const areTexts = (value: unknown): value is readonly string[] => Array.isArray(value) && value.every(isText);
const passes =
  (isGood: (value: unknown) => boolean): Judge =>
  (value) =>
    isGood(value) ? met : unreadable;
/** Returns the opinion about a claim on a fact that the edge was not told. The detail names the option. */
const unknown = (option: string): Opinion => ({
  kind: 'unreadable',
  detail: `give the option \`${option}\` to check it`,
});

function judgeUri(claim: unknown, { url }: Asked): Opinion {
  const conditions = readUri(claim);
  const opinion = conditions ? when(meetsUri(url, conditions)) : unreadable;
  return asksForPattern(claim) ? { ...opinion, detail: 'regular expressions are not judged' } : opinion;
}

function judgeAwsUri(claim: unknown, { url }: Asked): Opinion {
  const conditions = readAwsUri(claim);
  return conditions ? when(meetsUri(url, conditions)) : unreadable;
}

function judgeMethods(claim: unknown, { method }: Asked): Opinion {
  return areTexts(claim) ? when(claim.includes(method)) : unreadable;
}

function judgeRanges(claim: unknown, { ip }: Asked): Opinion {
  const ranges = Array.isArray(claim) ? claim.map(readRange) : [undefined];
  if (!ranges.every((range) => range !== undefined)) return unreadable;
  return when(ranges.some((range) => isInRange(ip, range)));
}

/** Judges addresses and ranges as text, as AWS writes them. */
function judgeAddresses(claim: unknown, { ip }: Asked): Opinion {
  return areTexts(claim) ? when(claim.some((range) => inIpRange(ip, range))) : unreadable;
}

/** Judges countries, ignoring case: `DE` includes a viewer in `DE-BY`. */
function judgeCountry(claim: unknown, { country }: Asked): Opinion {
  if (!areTexts(claim)) return unreadable;
  if (country === undefined) return unknown('country');
  const from = country.toUpperCase();
  return when(claim.some((each) => from === each.toUpperCase() || from.startsWith(`${each.toUpperCase()}-`)));
}

function judgeAudience(claim: unknown, { audience }: Asked): Opinion {
  const named = isText(claim) ? [claim] : claim;
  if (!areTexts(named)) return unreadable;
  return audience ? when(named.some((each) => audience.includes(each))) : unknown('audience');
}

/** Judges a list of ALPN identifiers, which are bytes. */
function judgeAlpn(claim: unknown, { alpn }: Asked): Opinion {
  if (!Array.isArray(claim)) return unreadable;
  const named = claim.map((each: unknown) => (each instanceof Uint8Array ? utf8Text(each) : each));
  if (!areTexts(named)) return unreadable;
  return alpn === undefined ? unknown('alpn') : when(named.includes(alpn));
}

/**
 * Judges of the claims that are compared with a request. `judgeClaims` itself judges `exp`, `nbf` and `catreplay`. Any
 * other claim may restrict what a token opens, so a token with such a claim is refused.
 */
const judges: ReadonlyMap<unknown, Judge> = new Map<unknown, Judge>([
  [label.iss, (claim, { issuer }) => (isText(claim) ? when(issuer === undefined || claim === issuer) : unreadable)],
  [label.aud, judgeAudience],
  [label.sub, passes(isText)],
  [label.iat, passes((value) => typeof value === 'number' && Number.isFinite(value))],
  [label.cti, passes((value) => isText(value) || value instanceof Uint8Array)],
  [label.catv, passes((value) => value === 1)],
  [label.catr, passes((value) => value instanceof Map)],
  [label.grant, passes(Number.isSafeInteger)],
  [label.catnip, judgeRanges],
  [label.catu, judgeUri],
  [label.catm, judgeMethods],
  [label.catalpn, judgeAlpn],
  [label.catgeoiso3166, judgeCountry],
]);

/** Judges of the claims with AWS's numbers, which mean something else, or nothing, outside AWS. */
const awsJudges: ReadonlyMap<unknown, Judge> = new Map<unknown, Judge>([
  [awsLabel.catu, judgeAwsUri],
  [awsLabel.catnip, judgeAddresses],
  [awsLabel.catm, judgeMethods],
  [awsLabel.catr, passes((value) => value instanceof Map)],
]);

/** @returns `undefined` for a claim without a judge */
export function judgeOf(claim: unknown, isAws: boolean): Judge | undefined {
  return judges.get(claim) ?? (isAws ? awsJudges.get(claim) : undefined);
}

/** Tags of RFC 9164, by the number of bytes of an address. */
const addressTags: Readonly<Record<number, number>> = { 4: 52, 16: 54 };

/** Returns address ranges as RFC 9164 prefixes: tag 52 for IPv4, 54 for IPv6. @throws `ERR_OPTIONS` */
export function ipClaim(ranges: readonly string[]): Tagged[] {
  return ranges.map((range) => {
    const { network, bits } = checkIpRange('ipRanges', range);
    return new Tagged(addressTags[network.length]!, [bits, network]);
  });
}

/** Reads `[bits, network]` with all bytes of the network (RFC 9164 section 3.1.2). */
function readRange(claim: unknown): IpRange | undefined {
  if (!(claim instanceof Tagged) || !Array.isArray(claim.value)) return undefined;
  const [bits, network, ...more] = claim.value as unknown[];
  if (more.length > 0 || !(network instanceof Uint8Array) || claim.tag !== addressTags[network.length])
    return undefined;
  return typeof bits === 'number' && Number.isInteger(bits) && bits >= 0 && bits <= network.length * 8
    ? { network, bits }
    : undefined;
}
