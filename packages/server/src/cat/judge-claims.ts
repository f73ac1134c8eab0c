import { bytesToHex } from '@noble/hashes/utils.js';
import { Tagged } from 'cborg';
import { utf8Text } from '../crypto/base64url.ts';
import { ipRange, isInRange, readIpRange } from '../format-parts/ip.ts';
import type { IpRange } from '../format-parts/ip.ts';
import { readExpiry } from '../format-parts/signing-format.ts';
import { refused } from '../token/verdict.ts';
import type { RefusedVerdict } from '../token/verdict.ts';
import type { CatSettings } from './cat-options.ts';
import { awsLabel, claimName, label } from './cose.ts';
import type { CborClaims } from './cose.ts';
import { meetsUri, readUri } from './uri-conditions.ts';

/**
 * A use of a token that may be used once, or whose uses are counted (`catreplay`). `replay` gets it if the token is
 * valid in all other respects.
 */
export interface TokenUse {
  /** `cti` of the token; in hex if it is bytes. */
  readonly id: string;
  /** `prohibited` for a token that may be used once (`catreplay` 1), `detected` if its reuse is to be detected (2). */
  readonly kind: 'prohibited' | 'detected';
  /** Unix seconds. */
  readonly expires: number;
}

/** A request, and what is known at the edge that judges its token. */
interface Asked {
  readonly url: URL;
  readonly method: string;
  readonly settings: CatSettings;
}

type JudgedClaims = { readonly expires: number; readonly use: TokenUse | undefined } | RefusedVerdict;

/**
 * Returns a refusal that names the claim. It repeats neither the value nor a text label, which a stranger may choose.
 */
export function refusedFor(reason: 'malformed' | 'signature', claim: unknown, detail?: string): RefusedVerdict {
  return { ...refused[reason], claim: claimName(claim), ...(detail && { detail }) };
}

/**
 * Judges every claim of a genuine token, or refuses the token. A claim that cannot be judged is `malformed`, and a
 * claim that is not met is `signature`. A token ends at the second of its `exp`, a rule that RFC 8392 section 3.1.4
 * takes from JWT. This is the only case of 410, and is checked last.
 *
 * @param now unix seconds
 */
export function judgeClaims(claims: CborClaims, asked: Asked, now: number): JudgedClaims {
  const { maxTtl, issuer, audience, replay } = asked.settings;
  const expires = claims.get(label.exp);
  if (typeof expires !== 'number' || readExpiry(String(expires)) === undefined)
    return refusedFor('malformed', label.exp, claims.has(label.exp) ? undefined : 'there is none');
  if (expires > now + maxTtl) return refusedFor('malformed', label.exp, 'it is further ahead than `maxTtl`');
  const begins = claims.get(label.nbf);
  if (claims.has(label.nbf) && !(Number.isSafeInteger(begins) && Number(begins) <= now))
    return refusedFor('malformed', label.nbf);
  const use = useOf(claims, expires, replay !== undefined);
  if (use && 'ok' in use) return use;

  const others = [...claims].filter(([claim]) => !ownLabels.has(claim));
  const opinions = others.map(([claim, value]) => [claim, opinionOf(claim, value, asked)] as const);
  // Claims that cannot be judged come first: they say more about what is wrong than one request does.
  for (const [claim, opinion] of opinions)
    if (typeof opinion === 'string') return refusedFor('malformed', claim, opinion);
  if (issuer !== undefined && !claims.has(label.iss)) return refusedFor('signature', label.iss, 'there is none');
  if (audience !== undefined && !claims.has(label.aud)) return refusedFor('signature', label.aud, 'there is none');
  const unmet = opinions.find(([, isMet]) => !isMet)?.[0];
  if (unmet !== undefined) return refusedFor('signature', unmet);
  return expires <= now ? refused.expired : { expires, use };
}

/** The claims that `judgeClaims` judges itself. */
const ownLabels: ReadonlySet<unknown> = new Set([label.exp, label.nbf, label.catreplay]);

/**
 * Returns the use that `catreplay` restricts: 0 permitted, 1 prohibited, 2 reuse is detected. A use without an id could
 * belong to any token.
 */
function useOf(claims: CborClaims, expires: number, judgesReplay: boolean): TokenUse | RefusedVerdict | undefined {
  const kind = claims.get(label.catreplay);
  if (!claims.has(label.catreplay) || kind === 0) return undefined;
  if (kind !== 1 && kind !== 2) return refusedFor('malformed', label.catreplay);
  if (!judgesReplay) return refusedFor('malformed', label.catreplay, 'give the option `replay` to check it');
  const id = claims.get(label.cti);
  const text = id instanceof Uint8Array ? bytesToHex(id) : id;
  if (typeof text !== 'string' || text === '')
    return refusedFor('malformed', label.catreplay, 'the token has no `cti` to recognise it by');
  return { id: text, kind: kind === 1 ? 'prohibited' : 'detected', expires };
}

/**
 * Whether a request meets a claim; a text if this edge cannot read or check the claim: the reason, or `''` if the name
 * of the claim tells it. It never contains the value of the claim.
 */
type Opinion = boolean | string;

type Judge = (value: unknown, asked: Asked) => Opinion;

const unreadable = '';
const isText = (value: unknown): value is string => typeof value === 'string';
const areTexts = (value: unknown): value is readonly string[] => Array.isArray(value) && value.every(isText);
/** Makes a judge of a claim that restricts no request. */
const restrictsNothing =
  (isGood: (value: unknown) => boolean): Judge =>
  (value) =>
    isGood(value) || unreadable;
/** Returns the opinion about a claim on a fact that the edge was not told. */
const unknown = (option: string): Opinion => `give the option \`${option}\` to check it`;

/**
 * Returns the opinion about a claim that is compared with a request. Any claim without a judge may restrict what a token
 * opens, so a token with such a claim is refused.
 */
function opinionOf(claim: unknown, value: unknown, asked: Asked): Opinion {
  const judge = judges.get(claim) ?? (asked.settings.profile.isAws ? awsJudges.get(claim) : undefined);
  return judge ? judge(value, asked) : 'nobody here judges it';
}

const judgeMethods: Judge = (claim, { method }) => (areTexts(claim) ? claim.includes(method) : unreadable);

const judgeUri =
  (isAws: boolean): Judge =>
  (claim, { url }) => {
    const conditions = readUri(claim, isAws);
    return conditions ? meetsUri(url, conditions) : unreadable;
  };

/** @param read returns a range of the claim; AWS writes addresses and ranges as text */
const judgeRanges =
  (read: (range: unknown) => IpRange | string | undefined): Judge =>
  (claim, { settings: { ip } }) => {
    const ranges = Array.isArray(claim) ? claim.map(read) : [undefined];
    if (!ranges.every((range) => range !== undefined)) return unreadable;
    return ranges.some((range) => isInRange(ip, range));
  };

/** Judges countries, ignoring case: `DE` includes a viewer in `DE-BY`. */
function judgeCountry(claim: unknown, { settings: { country } }: Asked): Opinion {
  if (!areTexts(claim)) return unreadable;
  if (country === undefined) return unknown('country');
  const from = country.toUpperCase();
  return claim.some((each) => from === each.toUpperCase() || from.startsWith(`${each.toUpperCase()}-`));
}

function judgeAudience(claim: unknown, { settings: { audience } }: Asked): Opinion {
  const named = isText(claim) ? [claim] : claim;
  if (!areTexts(named)) return unreadable;
  return audience === undefined ? unknown('audience') : named.some((each) => [audience].flat().includes(each));
}

/** Judges a list of ALPN identifiers, which are bytes. */
function judgeAlpn(claim: unknown, { settings: { alpn } }: Asked): Opinion {
  if (!Array.isArray(claim)) return unreadable;
  const named = claim.map((each: unknown) => (each instanceof Uint8Array ? utf8Text(each) : each));
  if (!areTexts(named)) return unreadable;
  return alpn === undefined ? unknown('alpn') : named.includes(alpn);
}

const judges: ReadonlyMap<unknown, Judge> = new Map<unknown, Judge>([
  [
    label.iss,
    (claim, { settings: { issuer } }) => (isText(claim) ? issuer === undefined || claim === issuer : unreadable),
  ],
  [label.aud, judgeAudience],
  [label.sub, restrictsNothing(isText)],
  [label.iat, restrictsNothing((value) => typeof value === 'number' && Number.isFinite(value))],
  [label.cti, restrictsNothing((value) => isText(value) || value instanceof Uint8Array)],
  [label.catv, restrictsNothing((value) => value === 1)],
  [label.catr, restrictsNothing((value) => value instanceof Map)],
  [label.grant, restrictsNothing(Number.isSafeInteger)],
  [label.catnip, judgeRanges(readRange)],
  [label.catu, judgeUri(false)],
  [label.catm, judgeMethods],
  [label.catalpn, judgeAlpn],
  [label.catgeoiso3166, judgeCountry],
]);

/** Judges of the claims with AWS's numbers, which mean something else, or nothing, outside AWS. */
const awsJudges: ReadonlyMap<unknown, Judge> = new Map<unknown, Judge>([
  [awsLabel.catu, judgeUri(true)],
  [awsLabel.catnip, judgeRanges((range) => (isText(range) ? range : undefined))],
  [awsLabel.catm, judgeMethods],
  [awsLabel.catr, restrictsNothing((value) => value instanceof Map)],
]);

/** Tags of RFC 9164, by the number of bytes of an address. */
const addressTags: Readonly<Record<number, number>> = { 4: 52, 16: 54 };

/** Returns address ranges as RFC 9164 prefixes: tag 52 for IPv4, 54 for IPv6. @throws `ERR_OPTIONS` */
export function ipClaim(ranges: readonly string[]): Tagged[] {
  return ranges.map((text) => {
    const { network, bits } = readIpRange(ipRange(text, 'ipRanges'))!;
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
