import { refused } from '../token/verdict.ts';
import type { RefusedVerdict } from '../token/verdict.ts';
import { readExpiry } from '../format-parts/expiry.ts';
import { judgeOf } from './claim-judges.ts';
import type { Asked, Opinion } from './claim-judges.ts';
import type { CborClaims } from './cbor.ts';
import { claimName, label } from './labels.ts';

/** `catreplay` of a token that may be used once, or whose use is counted; asked when all else speaks for the token. */
export interface TokenUse {
  /** `cti` of the token; of bytes, in hex. */
  readonly id: string;
  /** Whether the token may be used once (`catreplay` 1), or its reuse is to be detected (2). */
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
  /** Whether the option is there that judges `catreplay` 1 and 2. */
  readonly judgesReplay: boolean;
}

export type JudgedClaims =
  { readonly expires: number; readonly use: TokenUse | undefined } | (RefusedVerdict & { readonly ok: false });

/** A refusal that names the claim; neither its value nor a label in words is repeated, which a stranger may choose. */
export function refusedFor(reason: 'malformed' | 'signature', claim: unknown, detail?: string): RefusedVerdict {
  return { ...refused[reason], claim: claimName(claim), ...(detail !== undefined && { detail }) };
}

/**
 * Judges every claim of a genuine token, or refuses it. What cannot be judged is `malformed`, what is not met
 * `signature`, and a token ends at the second of its `exp`, which RFC 8392 section 3.1.4 takes from JWT: the only case
 * of 410, and the last thing that is looked at.
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
  // What cannot be judged comes first: it says more about what is wrong than one request does.
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

/** `catreplay`: 0 permitted, 1 prohibited, 2 reuse is detected. A use without an id could be anybody's. */
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
