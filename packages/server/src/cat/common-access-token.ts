import { utf8Text } from '../crypto/utf8-text.ts';
import { optionsError } from '../errors/options-error.ts';
import { prefixOf } from '../format-parts/access-list.ts';
import { writeExpiry } from '../format-parts/expiry.ts';
import { folderOf } from '../format-parts/folders.ts';
import { judging } from '../format-parts/judging.ts';
import type { SentRequest } from '../format-parts/judging.ts';
import { folderScope, pathScope } from '../format-parts/opened-scope.ts';
import { pathToSign } from '../format-parts/path-to-sign.ts';
import { valueCarrier } from '../format-parts/value-carrier.ts';
import type { CarriedValues } from '../format-parts/value-carrier.ts';
import type { JudgedRequest, SignedToken, VerifyingTokenFormat } from '../token/token-format.ts';
import { refused } from '../token/verdict.ts';
import type { Verdict } from '../token/verdict.ts';
import { canonicalPath } from '../url/canonical-path.ts';
import { checkCatOptions } from './cat-options.ts';
import type { CommonAccessTokenOptions } from './cat-options.ts';
import { catWriter } from './cat-writer.ts';
import type { CborClaims } from './cbor.ts';
import { coseKeys } from './cose-key.ts';
import { judgeClaims, refusedFor } from './judge-claims.ts';
import { label } from './labels.ts';
import { openToken } from './open-token.ts';
import { profiles } from './profiles.ts';
import { tokenRenewer } from './renew-token.ts';
import { meetsUri, pathOfConditions, readUri } from './uri-conditions.ts';
import type { UriConditions } from './uri-conditions.ts';

/**
 * Signs and verifies URLs with a Common Access Token (CTA-5007-B): CBOR claims under a COSE MAC or signature. `verify`
 * accepts what the libraries of CDNs make: tokens without a tag, or tagged 17, 18, 61(17) or 61(18), with `kid` in
 * either header. It judges every claim of a token (`iss`, `exp`, `nbf`, `catv`, `catnip`, `catu`, `catm`; by options
 * `aud`, `catgeoiso3166`, `catalpn`, `catreplay`; `sub`, `iat`, `cti` and `catr` restrict nothing), or refuses the
 * token, and the verdict names the claim. It refuses a `catu` with a regular expression. With a public key alone, the
 * format verifies, and `sign` throws `ERR_OPTIONS`.
 *
 * @throws `ERR_OPTIONS`
 */
export function commonAccessToken(options: CommonAccessTokenOptions): VerifyingTokenFormat {
  checkCatOptions(options);
  const { algorithm = 'HS256', exact = false, depth = Infinity, uri, maxTtl = 86_400, replay } = options;
  const profile = profiles[options.profile ?? 'cta'];
  const { carrier: kind = 'query', param = profile[kind] } = options;
  const carrier = valueCarrier([param], options);
  const keys = coseKeys(options.keys, algorithm, profile.tags);
  const writer = catWriter(options, profile, keys[0]!);
  const isAlone = exact || uri instanceof Map;
  // An app's own `cti` takes the place of the id of a session.
  const carriesSession = options.claims?.has(label.cti) !== true;
  const audience = options.audience === undefined ? undefined : [options.audience].flat();

  /** Returns the conditions of a token for `url`. @throws `ERR_OPTIONS` for a URL that the format does not sign */
  const conditionsFor = (url: URL): UriConditions | 'any' => {
    const path = pathToSign(url, 'raw');
    carrier.searchOf(url);
    const conditions = uri ?? writer.conditions(url, exact ? path : folderOf(path, depth), exact);
    const read = conditions === 'any' ? [] : readUri(conditions);
    if (!read || !meetsUri(url, read))
      throw optionsError('url', 'the conditions of `uri` do not open this URL. Change them, or sign another URL.');
    return conditions;
  };
  const tokenOf = (
    opened: Pick<SignedToken, 'url' | 'prefix' | 'anyQuery'>,
    conditions: UriConditions | 'any',
    { expires, session }: { expires: number; session: string | undefined },
  ): Promise<SignedToken> | SignedToken => {
    writeExpiry(expires);
    const carried = (token: string): SignedToken => carrier.token(opened, expires, { [param]: token });
    const sealed = writer.seal(conditions, expires, session);
    return typeof sealed === 'string' ? carried(sealed) : sealed.then(carried);
  };
  const renewed = tokenRenewer(keys[0]!, profile, options, param);
  /** Returns the token of a request; `undefined` for a request that has more than one reading. */
  const sentToken = (sent: SentRequest): CarriedValues | undefined =>
    canonicalPath(sent.url.pathname, 'raw') === undefined ? undefined : carrier.read(sent);

  return {
    name: 'common-access-token',
    scope: isAlone ? 'url' : 'prefix',
    maxTtl,
    ...carrier.places,
    carriesSession,

    opens(url) {
      const conditions = conditionsFor(url);
      const { path, isFolder } =
        conditions === 'any' ? { path: '/', isFolder: true } : pathOfConditions(readUri(conditions)!);
      return isFolder ? folderScope(url, path) : pathScope(url);
    },

    sign(url, expires, session) {
      const conditions = conditionsFor(url);
      const alone = {
        url: url.origin + url.pathname + carrier.searchOf(url) + url.hash,
        anyQuery: !(uri instanceof Map),
      };
      const opened = isAlone ? alone : { prefix: prefixOf(url, uri === 'any' ? 0 : depth) };
      return tokenOf(opened, conditions, { expires, session });
    },
    ...(!exact && {
      signExactly(url: URL, expires: number, session?: string) {
        const path = pathToSign(url, 'raw');
        const alone = { url: url.origin + path + carrier.searchOf(url) + url.hash, anyQuery: true };
        // A URL that `uri` does not open gets no token here either, and the conditions of `uri` beside the path stay.
        const own = conditionsFor(url);
        const conditions = writer.conditions(url, path, true);
        return tokenOf(alone, new Map([...(own === 'any' ? [] : own), ...conditions]), { expires, session });
      },
    }),

    verify: judging(async (sent, now): Promise<Verdict> => {
      const carried = sentToken(sent);
      if (!carried) return refused.malformed;
      const [token] = carried.values;
      if (!token) return refused.missing;
      const claims = await openToken(token, keys, algorithm);
      if (typeof claims === 'string') return refused[claims];
      const url = new URL(sent.url.origin + sent.url.pathname + carried.search);
      const { ip, country, alpn, issuer } = options;
      const judged = judgeClaims(claims, {
        asked: { url, method: sent.method, ip, country, alpn, issuer, audience },
        now,
        maxTtl,
        isAws: profile.isAws,
        judgesReplay: replay !== undefined,
      });
      if ('ok' in judged) return judged;
      const { expires, use } = judged;
      // A check of what else a token opens is no use of the token. A token for a single use opens nothing else.
      const mayBeUsed = !use || (sent.isUse ? await replay!(use) : use.kind === 'detected');
      if (!mayBeUsed) return refusedFor('signature', label.catreplay);
      // Another token of this format would have a new grant: a viewer could watch without end.
      const conditional = options.renewal !== undefined || writer.isOtherwiseLimited(claims);
      const granted = { ok: true, expires, url: url.href, carriers: carried.carriers, conditional } as const;
      return { ...granted, ...(carriesSession && sessionOf(claims)) };
    }),

    // A public key cannot make tokens.
    ...(!keys[0]!.isPublic && {
      async renew({ url, headers, method = 'GET' }: JudgedRequest, now: number, within: number) {
        const token = sentToken({ url: new URL(url), headers, method, isUse: false })?.values[0];
        const claims = token ? await openToken(token, keys, algorithm) : 'malformed';
        return typeof claims === 'string' ? undefined : renewed(claims, { now, within, maxTtl });
      },
    }),
  };
}

/** Returns `cti` as text, for tokens of sessions that the signing endpoint counts. */
function sessionOf(claims: CborClaims): { session?: string } {
  const id = claims.get(label.cti);
  const session = id instanceof Uint8Array ? utf8Text(id) : undefined;
  return session === undefined ? {} : { session };
}
