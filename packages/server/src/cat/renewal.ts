import * as option from '../errors/options.ts';
import { valueCarrier } from '../format-parts/carriers.ts';
import type { RenewedToken } from '../token/token-format.ts';
import type { CoseKey } from './cat-key.ts';
import type { CatSettings } from './cat-options.ts';
import { label } from './cose.ts';
import type { CborClaims } from './cose.ts';

/** Renewal by the edge, as it is written into tokens. */
export interface CatRenewal {
  /** Lifetime of each renewed token, in seconds (`catr` 1). */
  lifetime: number;
  /**
   * Seconds after the end of the first token during which the edge renews (`catr` 2, as a time). For this long, a
   * viewer watches without asking the signing endpoint again, and a stolen token can be kept alive.
   */
  grant: number;
  /**
   * The way in which the edge sends a renewed token (`catr` 0). With `automatic`, the edge sends it as the token came,
   * or in a header if the token came in the query.
   * @default 'automatic'
   */
  type?: 'automatic' | 'cookie' | 'header';
}

/** By their numbers; 3 is a redirect, which cannot answer a request for a segment. */
const types = ['automatic', 'cookie', 'header'] as const;
const members = { type: 0, lifetime: 1, deadline: 2 } as const;

/** @throws `ERR_OPTIONS` */
export function readRenewalOptions(renewal: CatRenewal): Required<CatRenewal> {
  const [lifetime, grant] = [option.wholeSeconds(1), option.wholeSeconds(1)];
  return option.readOptions(renewal, { lifetime, grant, type: option.oneOf(types, 'automatic') }, 'renewal');
}

/** Returns `catr` of a token. @param expires unix seconds */
export function renewalClaim({ lifetime, grant, type }: Required<CatRenewal>, expires: number): CborClaims {
  return new Map([
    [members.type, types.indexOf(type)],
    [members.lifetime, lifetime],
    [members.deadline, expires + grant],
  ]);
}

/**
 * Reads what `catr` grants: the type, the lifetime if the token says one, and the time up to which tokens may be
 * renewed. Returns `undefined` for a token that is not to be renewed here: without `catr` or a grant, or with another
 * type. Libraries disagree about the
 * deadline: one reads a time, others the seconds before `exp` from which a token is renewed. A number of ten digits is a
 * time; any other number is no grant, and then the claim `grant` has to give one.
 */
function readRenewal(claims: CborClaims) {
  const claim = claims.get(label.catr);
  const member = (name: keyof typeof members): unknown =>
    claim instanceof Map ? (claim as ReadonlyMap<unknown, unknown>).get(members[name]) : undefined;
  const secondsOf = (value: unknown): number | undefined =>
    typeof value === 'number' && Number.isFinite(value) && value > 0 ? Math.floor(value) : undefined;
  const type = types[Number(member('type'))];
  const ends = [member('deadline'), claims.get(label.grant)]
    .map(secondsOf)
    .filter((end): end is number => end !== undefined && end >= 1e9);
  if (type === undefined || ends.length === 0) return undefined;
  return { type, lifetime: secondsOf(member('lifetime')), until: Math.min(...ends) };
}

/**
 * Creates a function that makes the successor of a token within the last seconds of its life: with the same claims, a
 * later `exp`, and a new `iat` if the token had one. The successor lives as long as the token says, or else twice those
 * seconds, and not beyond the grant.
 */
export function tokenRenewer(
  key: CoseKey,
  { profile, carrier = 'query', cookie, param, maxTtl }: CatSettings,
): (claims: CborClaims, times: { now: number; within: number }) => Promise<RenewedToken | undefined> {
  const cookieName = carrier === 'cookie' ? param : profile.header;
  const inCookie = valueCarrier([cookieName], { carrier: 'cookie', ...(cookie && { cookie }) });
  return async (claims, { now, within }) => {
    const renewal = readRenewal(claims);
    const ended = Number(claims.get(label.exp));
    if (!renewal || !(ended > now && ended <= now + within)) return undefined;
    const expires = Math.floor(Math.min(now + (renewal.lifetime ?? 2 * within), renewal.until, now + maxTtl));
    if (!(expires > ended)) return undefined;
    const made = claims.has(label.iat) ? ([[label.iat, now]] as const) : [];
    const token = await key.seal(new Map([...claims, [label.exp, expires], ...made]));
    const isCookie = renewal.type === 'cookie' || (renewal.type === 'automatic' && carrier === 'cookie');
    if (!isCookie) return { expires, header: [carrier === 'header' ? param : profile.header, token] };
    return { expires, setCookie: inCookie.token({}, expires, { [cookieName]: token }).setCookie! };
  };
}
