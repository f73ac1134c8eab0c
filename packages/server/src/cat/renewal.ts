import { checkNames } from '../errors/check-names.ts';
import { optionsError } from '../errors/options-error.ts';
import { valueCarrier } from '../format-parts/value-carrier.ts';
import type { ValueCarrierOptions } from '../format-parts/value-carrier.ts';
import type { RenewedToken } from '../token/token-format.ts';
import type { CoseKey } from './cat-key.ts';
import type { Profile } from './cat-options.ts';
import { label, writeCbor } from './cose.ts';
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

const types = ['automatic', 'cookie', 'header', 'redirect'] as const;
const members = { type: 0, lifetime: 1, deadline: 2 } as const;

/** The renewal that a token asks for. */
interface GrantedRenewal {
  readonly type: (typeof types)[number];
  /** Seconds; `undefined` if the token does not say. */
  readonly lifetime: number | undefined;
  /** Unix seconds up to which tokens may be renewed; `undefined` if there is no grant, and so no renewal. */
  readonly until: number | undefined;
}

/** @throws `ERR_OPTIONS` */
export function checkRenewal(renewal: CatRenewal): void {
  checkNames(renewal, { lifetime: true, grant: true, type: true }, 'renewal');
  const { lifetime, grant, type = 'automatic' } = renewal;
  const isSeconds = (value: unknown): boolean => Number.isSafeInteger(value) && Number(value) >= 1;
  if (!isSeconds(lifetime))
    throw optionsError('renewal.lifetime', 'Give seconds, a whole number, 1 or more.', lifetime);
  if (!isSeconds(grant)) throw optionsError('renewal.grant', 'Give seconds, a whole number, 1 or more.', grant);
  if (!['automatic', 'cookie', 'header'].includes(type))
    throw optionsError('renewal.type', "This is unknown. Give 'automatic', 'cookie' or 'header'.");
}

/** Returns `catr` of a token. @param expires unix seconds */
export function renewalClaim({ lifetime, grant, type = 'automatic' }: CatRenewal, expires: number): CborClaims {
  return new Map([
    [members.type, types.indexOf(type)],
    [members.lifetime, lifetime],
    [members.deadline, expires + grant],
  ]);
}

/**
 * Reads what `catr` grants. Returns `undefined` for a token without `catr`, and for an unknown type. Libraries disagree
 * about its deadline: one reads a time, others the seconds before `exp` from which a token is renewed. A number of ten
 * digits is a time; any other number is no grant, and then the claim `grant` has to give one.
 */
function readRenewal(claims: CborClaims): GrantedRenewal | undefined {
  const claim = claims.get(label.catr);
  if (!(claim instanceof Map)) return undefined;
  const catr = claim as ReadonlyMap<unknown, unknown>;
  const type = types[Number(catr.get(members.type))];
  if (type === undefined) return undefined;
  const seconds = (value: unknown): number | undefined =>
    typeof value === 'number' && Number.isFinite(value) && value > 0 ? Math.floor(value) : undefined;
  const ends = [catr.get(members.deadline), claims.get(label.grant)]
    .map(seconds)
    .filter((end) => end !== undefined && end >= 1e9) as readonly number[];
  return {
    type,
    lifetime: seconds(catr.get(members.lifetime)),
    until: ends.length > 0 ? Math.min(...ends) : undefined,
  };
}

/**
 * Returns the expiry of the successor of a token: the successor lives as long as the token says, and not beyond the
 * grant. Returns `undefined` if that is no later than the expiry of the token itself.
 *
 * @param within seconds; if a token does not say how long its successor lives, the successor lives twice as long
 */
function renewedExpiry(
  { lifetime, until }: GrantedRenewal,
  { expires, now, within, maxTtl }: { expires: number; now: number; within: number; maxTtl: number },
): number | undefined {
  if (until === undefined) return undefined;
  const ends = Math.min(now + (lifetime ?? 2 * within), until, now + maxTtl);
  return ends > expires ? Math.floor(ends) : undefined;
}

/** The times that decide whether a token is renewed, and when its successor ends. */
interface RenewalTimes {
  /** Unix seconds. */
  readonly now: number;
  /** Seconds before the end of a token in which it is renewed. */
  readonly within: number;
  /** Seconds. */
  readonly maxTtl: number;
}

/**
 * Creates a function that makes successors of tokens: with the same claims, a later `exp`, and a new `iat` if the token
 * had one.
 *
 * @param param the name under which tokens travel in the carrier of the options
 */
export function tokenRenewer(
  key: CoseKey,
  { header, cookie }: Profile,
  { carrier = 'query', ...options }: ValueCarrierOptions,
  param: string,
): (claims: CborClaims, times: RenewalTimes) => Promise<RenewedToken | undefined> {
  const headerName = carrier === 'header' ? param : header;
  const cookieName = carrier === 'cookie' ? param : cookie;
  const inCookie = valueCarrier([cookieName], {
    carrier: 'cookie',
    ...(options.cookie && { cookie: options.cookie }),
  });
  return async (claims, { now, within, maxTtl }) => {
    const renewal = readRenewal(claims);
    const ended = Number(claims.get(label.exp));
    // A redirect is for the player to follow, and cannot answer a request for a segment.
    if (!renewal || renewal.type === 'redirect' || !(ended > now && ended <= now + within)) return undefined;
    const expires = renewedExpiry(renewal, { expires: ended, now, within, maxTtl });
    if (expires === undefined) return undefined;
    const made = claims.has(label.iat) ? ([[label.iat, now]] as const) : [];
    const token = await key.seal(writeCbor(new Map([...claims, [label.exp, expires], ...made])));
    const isCookie = renewal.type === 'cookie' || (renewal.type === 'automatic' && carrier === 'cookie');
    if (!isCookie) return { expires, header: [headerName, token] };
    return { expires, setCookie: inCookie.token({}, expires, { [cookieName]: token }).setCookie! };
  };
}
