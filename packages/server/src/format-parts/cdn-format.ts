import type { Signer } from '../crypto/signer.ts';
import type { JudgedRequest, VerifyingTokenFormat } from '../token/token-format.ts';
import { refused } from '../token/verdict.ts';
import type { RefusedVerdict, Verdict } from '../token/verdict.ts';
import { canonicalPath, encodePath } from '../url/canonical-path.ts';
import { parsedUrl } from '../url/judged-url.ts';
import type { Carried, CarriedTexts } from './carriers.ts';
import { isHttp, signingFormat, whenThere } from './signing-format.ts';
import type { Content, SigningParts } from './signing-format.ts';

/** What a format knows about its CDN's tokens. `M` is what is signed: a text, or the fields of one. */
interface CdnFormat<C extends Content, M> extends SigningParts<C> {
  /** The first one signs, all of them verify. */
  readonly signers: readonly Signer<M>[];
  /** Returns what is signed. Contents, expiries or conditions that differ have messages that differ. */
  readonly message: (content: C, expires: number, session?: string) => M;
  readonly write: (signature: string, content: C, expires: number, session?: string) => CarriedTexts;
  /**
   * Returns what a token says; `undefined` for a token, a path or a query that `sign` would not have made.
   *
   * @param path without the token, in the form that is signed
   */
  readonly read: (
    carried: Carried,
    path: string,
    sent: Pick<SentRequest, 'url' | 'headers'>,
  ) => ReadToken<M> | undefined;
  /** Whether a token has ended in the second of its expiry. @default false: it ends after that second */
  readonly endsAtExpiry?: boolean;
}

/** What a token says. Nothing of it counts before `signature` is found genuine. */
interface ReadToken<M> {
  readonly signature: string;
  /** The messages of which one has to be signed: for formats whose tokens do not name what they open. */
  readonly messages: readonly M[];
  /** Those that may have signed it. @default all of the format */
  readonly signers?: readonly Signer<M>[];
  /** Unix seconds; not a number for another form than that of `sign`. */
  readonly expires: number | undefined;
  readonly startsAt?: number | undefined;
  /** Whether the token opens the URL to this client, if the message alone does not say so. */
  readonly opens?: () => boolean;
  /** See `GrantedVerdict`. */
  readonly conditional?: boolean;
  readonly session?: string | undefined;
}

/**
 * Makes a format that signs and verifies. This is where all formats decide, in this order: the token is there, and has
 * the one form that `sign` writes; it is no more than `maxTtl` ahead; one of the secrets has signed it; it opens the
 * URL; it has not ended.
 */
export function cdnFormat<C extends Content, M>(format: CdnFormat<C, M>): VerifyingTokenFormat {
  const { maxTtl, pathForm, carrier, signers, message, write, read, endsAtExpiry = false } = format;
  return {
    ...signingFormat({
      ...format,
      texts: (content, expires, session) =>
        whenThere(signers[0]!.sign(message(content, expires, session)), (signature) =>
          write(signature, content, expires, session),
        ),
    }),

    verify: judging((sent, now) => {
      const carried = carrier.read(sent);
      if (typeof carried === 'string') return refused[carried];
      const path = canonicalPath(carried.pathname, pathForm);
      const token = path === undefined ? undefined : read(carried, path, sent);
      if (path === undefined || !token) return refused.malformed;
      const { expires, startsAt = 0, session } = token;
      // `NaN` is refused too.
      if (expires === undefined || !(expires <= now + maxTtl && startsAt <= now)) return refused.malformed;
      return whenThere(judgeSignature(token, token.signers ?? signers), (genuine): Verdict => {
        if (!genuine || token.opens?.() === false) return refused.signature;
        if (endsAtExpiry ? expires <= now : expires < now) return refused.expired;
        const url = sent.url.origin + encodePath(path, pathForm) + carried.search;
        return { ok: true, expires, url, conditional: token.conditional, session };
      });
    }),
  };
}

/** Tries every signer on every message, so that the time does not tell which one is right. */
function judgeSignature<M>(
  { signature, messages }: ReadToken<M>,
  signers: readonly Signer<M>[],
): boolean | Promise<boolean> {
  let genuine = 0;
  const later: Promise<boolean>[] = [];
  for (const signer of signers) {
    for (const message of messages) {
      const answer = signer.verify(message, signature);
      if (typeof answer === 'boolean') genuine |= Number(answer);
      else later.push(answer);
    }
  }
  return later.length === 0 ? genuine === 1 : Promise.all(later).then((answers) => answers.includes(true));
}

/** A request whose URL has been parsed. */
export interface SentRequest {
  readonly url: URL;
  readonly headers: Headers;
  readonly method: string;
  readonly isUse: boolean;
}

/**
 * Creates the `verify` of a format. Requests that no format can judge are `malformed`, decided here for all formats: a
 * URL that does not parse or is not http(s), and a time that is not a number, with which every comparison would say
 * "not expired".
 */
export function judging<V extends Verdict | Promise<Verdict>>(
  judge: (sent: SentRequest, now: number) => V,
): (request: JudgedRequest, now: number) => V | RefusedVerdict {
  return ({ url: text, headers, method = 'GET', isUse = true }, now) => {
    const url = parsedUrl(text);
    return url && isHttp(url) && Number.isFinite(now) ? judge({ url, headers, method, isUse }, now) : refused.malformed;
  };
}
