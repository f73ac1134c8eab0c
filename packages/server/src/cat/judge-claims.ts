import { refused } from '../token/verdict.ts';
import type { RefusedVerdict } from '../token/verdict.ts';
import { readExpiry } from '../format-parts/expiry.ts';
import { judgeOf } from './claim-judges.ts';
import type { Asked, Opinion } from './claim-judges.ts';
import type { CborClaims } from './cbor.ts';
import { claimName, label } from './labels.ts';

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

export interface JudgeOptions {
  readonly asked: Asked;
  /** Unix seconds. */
  readonly now: number;
  readonly maxTtl: number;
  /** Whether claims 401 to 404 are read as AWS documents them. */
  readonly isAws: boolean;
  /** Whether the option `replay` is there, which judges `catreplay` 1 and 2. */
  readonly judgesReplay: boolean;
}

export type JudgedClaims =
  { readonly expires: number; readonly use: TokenUse | undefined } | (RefusedVerdict & { readonly ok: false });

/**
 * Returns a refusal that names the claim. It repeats neither the value nor a text label, which a stranger may choose.
 */
export function refusedFor(reason: 'malformed' | 'signature', claim: unknown, detail?: string): RefusedVerdict {
  return { ...refused[reason], claim: claimName(claim), ...(detail !== undefined && { detail }) };
}

/**
 * Judges every claim of a genuine token, or refuses the token. A claim that cannot be judged is `malformed`, and a
 * claim that is not met is `signature`. A token ends at the second of its `exp`, a rule that RFC 8392 section 3.1.4
 * takes from JWT. This is the only case of 410, and is checked last.
 */
export function judgeClaims(
  claims: CborClaims,
  { asked, now, maxTtl, isAws, judgesReplay }: JudgeOptions,
): JudgedClaims {
  const expires = claims.get(label.exp);
  if (typeof expires !== 'number' || readExpiry(String(expires)) === undefined)
    return refusedFor('malformed', label.exp, claims.has(label.exp) ? undefined : 'there is none');
  if (expires > now + maxTtl) return refusedFor('malformed', label.exp, 'it is further ahead than `maxTtl`');
  const begins = claims.get(label.nbf);
  if (claims.has(label.nbf) && !(Number.isSafeInteger(begins) && Number(begins) <= now))
    return refusedFor('malformed', label.nbf);
  const use = useOf(claims, expires, judgesReplay);
  if (use && 'ok' in use) return use;

  const missing = ([label.iss, label.aud] as const).find((claim) => isDemanded(claim, asked) && !claims.has(claim));
  const opinions = [...claims].filter(([claim]) => !ownLabels.has(claim)).map(opinionOf(asked, isAws));
  // Claims that cannot be judged come first: they say more about what is wrong than one request does.
  const unread = opinions.find(({ kind }) => kind === 'unreadable');
  if (unread) return refusedFor('malformed', unread.claim, unread.detail);
  if (missing !== undefined) return refusedFor('signature', missing, 'there is none');
  const unmet = opinions.find(({ kind }) => kind === 'unmet');
  if (unmet) return refusedFor('signature', unmet.claim, unmet.detail);
  return expires <= now ? refused.expired : { expires, use };
}

/** The claims that `judgeClaims` judges itself. */
const ownLabels: ReadonlySet<unknown> = new Set([label.exp, label.nbf, label.catreplay]);

function isDemanded(claim: 1 | 3, { issuer, audience }: Asked): boolean {
  return (claim === label.iss ? issuer : audience) !== undefined;
}

const opinionOf =
  (asked: Asked, isAws: boolean) =>
  ([claim, value]: [unknown, unknown]): Opinion & { readonly claim: unknown } => {
    const judge = judgeOf(claim, isAws);
    return { claim, ...(judge ? judge(value, asked) : { kind: 'unreadable', detail: 'nobody here judges it' }) };
  };

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
  const text = id instanceof Uint8Array ? Array.from(id, (byte) => byte.toString(16).padStart(2, '0')).join('') : id;
  if (typeof text !== 'string' || text === '')
    return refusedFor('malformed', label.catreplay, 'the token has no `cti` to recognise it by');
  return { id: text, kind: kind === 1 ? 'prohibited' : 'detected', expires };
}
