import { utf8ToBytes } from '@noble/hashes/utils.js';
import { utf8Text } from '../crypto/base64url.ts';
import { optionsError } from '../errors/options-error.ts';
import { valueCarrier } from '../format-parts/carriers.ts';
import type { Carried } from '../format-parts/carriers.ts';
import { judging } from '../format-parts/cdn-format.ts';
import type { SentRequest } from '../format-parts/cdn-format.ts';
import { folderOf, folderScope, openedFolder, openedUrl, pathScope } from '../format-parts/opened-scope.ts';
import { signingFormat } from '../format-parts/signing-format.ts';
import type { JudgedRequest, VerifyingTokenFormat } from '../token/token-format.ts';
import { refused } from '../token/verdict.ts';
import type { RefusedVerdict, Verdict } from '../token/verdict.ts';
import { canonicalPath } from '../url/canonical-path.ts';
import { coseKeys, openToken } from './cat-key.ts';
import { catSettings } from './cat-options.ts';
import type { CatSettings, CommonAccessTokenOptions } from './cat-options.ts';
import { awsLabel, label } from './cose.ts';
import type { CborClaims } from './cose.ts';
import { ipClaim, judgeClaims, refusedFor } from './judge-claims.ts';
import { renewalClaim, tokenRenewer } from './renewal.ts';
import { meetsUri, pathOfConditions, readUri, toAwsUri, uriConditions } from './uri-conditions.ts';
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
  const settings = catSettings(options);
  const { algorithm, exact, depth, uri, maxTtl, replay, param } = settings;
  const { isAws, tags } = settings.profile;
  const carrier = valueCarrier([param], options);
  const keys = coseKeys(options.keys, algorithm, tags);
  const claimsOf = claimsWriter(settings);
  const ownLimits = limitsOf(claimsOf('any', 0));
  const isAlone = exact || uri instanceof Map;
  // An app's own `cti` takes the place of the id of a session.
  const carriesSession = options.claims?.has(label.cti) !== true;
  const renewed = tokenRenewer(keys[0]!, settings);

  /** Reads the token of a request; returns a reason if it has no genuine one. */
  const sentToken = async (sent: SentRequest): Promise<SentToken | RefusedVerdict['reason']> => {
    const carried = carrier.read(sent);
    if (typeof carried === 'string') return carried;
    if (canonicalPath(sent.url.pathname, 'raw') === undefined) return 'malformed';
    const claims = await openToken(carried.values[0]!, keys, algorithm);
    return typeof claims === 'string' ? claims : { ...carried, claims };
  };

  return {
    ...signingFormat({
      name: 'common-access-token',
      scope: isAlone ? 'url' : 'prefix',
      maxTtl,
      pathForm: 'raw',
      carrier,
      carriesSession,
      signsExactly: !exact,

      open({ url, path, search, isAlone: isExact }) {
        const own = uri ?? uriConditions(url, exact ? path : folderOf(path, depth), { exact, isAws });
        const read = own === 'any' ? [] : readUri(own, false);
        if (!read || !meetsUri(url, read))
          throw optionsError('url', 'the conditions of `uri` do not open this URL. Change them, or sign another URL.');
        // The conditions of `uri` beside the path stay.
        const onPath = uriConditions(url, path, { exact: true, isAws });
        if (isExact)
          return {
            opened: openedUrl(url, search, true),
            conditions: new Map([...(own === 'any' ? [] : own), ...onPath]),
          };
        const opened = isAlone ? openedUrl(url, search, exact) : openedFolder(url, uri === 'any' ? 0 : depth);
        return { opened, conditions: own };
      },
      scopeOf({ conditions }, url) {
        if (conditions === 'any') return folderScope(url, '/');
        const { path, isFolder } = pathOfConditions(readUri(conditions, false)!);
        return isFolder ? folderScope(url, path) : pathScope(url);
      },
      async texts({ conditions }, expires, session) {
        const token = await keys[0]!.seal(claimsOf(conditions, expires, session));
        if (isAws && token.length * 0.75 > MAX_AWS_BYTES)
          throw optionsError('url', 'Its token is longer than 1024 bytes. Give fewer claims, or a shorter URL.');
        return { [param]: token };
      },
    }),

    verify: judging(async (sent, now): Promise<Verdict> => {
      const token = await sentToken(sent);
      if (typeof token === 'string') return refused[token];
      const { claims, pathname, search } = token;
      const url = new URL(sent.url.origin + pathname + search);
      const judged = judgeClaims(claims, { url, method: sent.method, settings }, now);
      if ('ok' in judged) return judged;
      const { expires, use } = judged;
      // A check of what else a token opens is no use of the token. A token for a single use opens nothing else.
      const mayBeUsed = !use || (sent.isUse ? await replay!(use) : use.kind === 'detected');
      if (!mayBeUsed) return refusedFor('signature', label.catreplay);
      return {
        ok: true,
        expires,
        url: url.href,
        // Another token of this format would have a new grant: a viewer could watch without end.
        conditional: settings.renewal !== undefined || limitsOf(claims) !== ownLimits,
        session: carriesSession ? sessionOf(claims) : undefined,
      };
    }),

    // A public key cannot make tokens.
    ...(!keys[0]!.isPublic && {
      async renew({ url, headers, method = 'GET' }: JudgedRequest, now: number, within: number) {
        const token = await sentToken({ url: new URL(url), headers, method, isUse: false });
        return typeof token === 'string' ? undefined : renewed(token.claims, { now, within });
      },
    }),
  };
}

/** The longest token in bytes that CloudFront Functions read. */
const MAX_AWS_BYTES = 1024;

interface SentToken extends Carried {
  readonly claims: CborClaims;
}

/**
 * Returns a writer of the claims that follow from options and URL, with the numbers of a profile.
 *
 * @throws `ERR_OPTIONS` for claims that another option makes; from the writer for conditions without a number in the
 *   profile
 */
function claimsWriter({
  issuer,
  audience,
  uri,
  ipRanges,
  renewal,
  claims: more = new Map(),
  profile: { isAws },
}: CatSettings): (conditions: UriConditions | 'any', expires: number, session?: string) => CborClaims {
  const ranges = ipRanges && ipClaim(ipRanges);
  const numbers = isAws ? awsLabel : label;

  const written = (conditions: UriConditions): UriConditions => {
    const found = isAws ? toAwsUri(conditions) : conditions;
    if (found) return found;
    throw optionsError('uri', 'AWS has numbers for host, path and extension, exact, prefix and suffix. Keep to those.');
  };
  const ownClaims = (conditions: UriConditions | 'any', expires: number): (readonly [number | string, unknown])[] =>
    (
      [
        [label.iss, issuer],
        [label.aud, audience],
        [label.exp, expires],
        [numbers.catu, conditions === 'any' ? undefined : written(conditions)],
        [numbers.catnip, isAws ? ipRanges : ranges],
        [label.catr, renewal && renewalClaim(renewal, expires)],
      ] as const
    ).filter(([, value]) => value !== undefined);
  const taken = [...ownClaims(uri ?? new Map(), 0).map(([claim]) => claim), label.catv].find((each) => more.has(each));
  if (taken !== undefined) throw optionsError('claims', `claim ${taken} comes from another option. Leave it out here.`);

  return (conditions, expires, session) => {
    const id = session === undefined ? [] : ([[label.cti, utf8ToBytes(session)]] as const);
    return new Map([...ownClaims(conditions, expires), ...id, ...more, [label.catv, 1]]);
  };
}

/** Claims that say for whom, when and what a token opens. All other claims say from where and how it is used. */
const notLimits: ReadonlySet<unknown> = new Set([
  label.iss,
  label.sub,
  label.exp,
  label.nbf,
  label.iat,
  label.cti,
  label.catv,
  label.catu,
  awsLabel.catu,
  label.catr,
  awsLabel.catr,
  label.grant,
]);

/** Returns as text the claims that say from where and how a token is used. */
function limitsOf(claims: CborClaims): string {
  const limits = [...claims].filter(([claim]) => !notLimits.has(claim));
  return JSON.stringify(limits.map((limit) => JSON.stringify(limit)).sort());
}

/** Returns `cti` as text, for tokens of sessions that the signing endpoint counts. */
function sessionOf(claims: CborClaims): string | undefined {
  const id = claims.get(label.cti);
  return id instanceof Uint8Array ? utf8Text(id) : undefined;
}
