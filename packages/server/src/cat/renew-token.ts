import { valueCarrier } from '../format-parts/value-carrier.ts';
import type { ValueCarrierOptions } from '../format-parts/value-carrier.ts';
import type { RenewedToken } from '../token/token-format.ts';
import { writeCbor } from './cbor.ts';
import type { CborClaims } from './cbor.ts';
import type { CoseKey } from './cose-key.ts';
import { label } from './labels.ts';
import type { Profile } from './profiles.ts';
import { readRenewal, renewedExpiry } from './renewal.ts';

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
