/**
 * The verdict of a format about one request.
 *
 * - `missing`: no token, or half of one
 * - `malformed`: token, expiry or path is not in the one form that is accepted
 * - `signature`: well formed, but not made with any of the secrets
 * - `expired`: genuine, and past its expiry; the only case of 410
 */
export type Verdict = GrantedVerdict | RefusedVerdict;

export interface GrantedVerdict {
  readonly ok: true;
  /** Unix seconds. */
  readonly expires: number;
  /**
   * The URL without the token, with its path in exactly the form that was hashed. Forward this URL: an origin that
   * reads `request.url` in another way than the verifier would serve a path that was never signed.
   */
  readonly url: string;
  /**
   * Whether the token has conditions, such as an address or a country, that tokens made by `sign` would not have. Then
   * no other token is made from it.
   */
  readonly conditional?: boolean | undefined;
  /** Id of the session that the token carries. */
  readonly session?: string | undefined;
}

export interface RefusedVerdict {
  readonly ok: false;
  readonly status: 403 | 410;
  readonly reason: 'missing' | 'malformed' | 'signature' | 'expired';
  /** The name of the claim that the refusal is about, for formats whose tokens have claims. */
  readonly claim?: string | undefined;
  /** The reason in words, if the claim does not tell it. Never contains data of the token. */
  readonly detail?: string | undefined;
}

export const refused: Readonly<Record<RefusedVerdict['reason'], RefusedVerdict>> = {
  missing: { ok: false, status: 403, reason: 'missing' },
  malformed: { ok: false, status: 403, reason: 'malformed' },
  signature: { ok: false, status: 403, reason: 'signature' },
  expired: { ok: false, status: 410, reason: 'expired' },
};
