import { utf8ToBytes } from '@noble/hashes/utils.js';
import { utf8Text } from '../crypto/base64url.ts';
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
import { coseKeys, openToken } from './cat-key.ts';
import { checkCatOptions, profiles } from './cat-options.ts';
import type { CommonAccessTokenOptions, Profile } from './cat-options.ts';
import { awsLabel, label, writeCbor } from './cose.ts';
import type { CborClaims } from './cose.ts';
import { ipClaim, judgeClaims, refusedFor } from './judge-claims.ts';
import { renewalClaim, tokenRenewer } from './renewal.ts';
import { hostConditions, meetsUri, pathOfConditions, readUri, toAwsUri, uriConditions } from './uri-conditions.ts';
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
  const claimsOf = claimsWriter(options, profile);
  const ownLimits = limitsOf(claimsOf('any', 0));
  const conditionsOf = profile.isAws ? hostConditions : uriConditions;
  const isAlone = exact || uri instanceof Map;
  // An app's own `cti` takes the place of the id of a session.
  const carriesSession = options.claims?.has(label.cti) !== true;
  const audience = options.audience === undefined ? undefined : [options.audience].flat();

  /** Returns the conditions of a token for `url`. @throws `ERR_OPTIONS` for a URL that the format does not sign */
  const conditionsFor = (url: URL): UriConditions | 'any' => {
    const path = pathToSign(url, 'raw');
    carrier.searchOf(url);
    const conditions = uri ?? conditionsOf(url, exact ? path : folderOf(path, depth), exact);
    const read = conditions === 'any' ? [] : readUri(conditions);
    if (!read || !meetsUri(url, read))
      throw optionsError('url', 'the conditions of `uri` do not open this URL. Change them, or sign another URL.');
    return conditions;
  };
  const tokenOf = (opened: Opened, claims: CborClaims, expires: number): Promise<SignedToken> | SignedToken => {
    writeExpiry(expires);
    const carried = (token: string): SignedToken => {
      if (token.length * 0.75 <= profile.maxBytes) return carrier.token(opened, expires, { [param]: token });
      throw optionsError(
        'url',
        `Its token is longer than ${profile.maxBytes} bytes. Give fewer claims, or a shorter URL.`,
      );
    };
    const sealed = keys[0]!.seal(writeCbor(claims));
    return typeof sealed === 'string' ? carried(sealed) : sealed.then(carried);
  };
  const openedAlone = (url: URL): Opened => ({
    url: url.origin + url.pathname + carrier.searchOf(url) + url.hash,
    anyQuery: true,
  });
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
      const claims = claimsOf(conditionsFor(url), expires, session);
      const alone = { ...openedAlone(url), anyQuery: !(uri instanceof Map) };
      return tokenOf(isAlone ? alone : { prefix: prefixOf(url, uri === 'any' ? 0 : depth) }, claims, expires);
    },
    ...(!exact && {
      signExactly(url: URL, expires: number, session?: string) {
        // A URL that `uri` does not open gets no token here either, and the conditions of `uri` beside the path stay.
        const own = conditionsFor(url);
        const conditions = conditionsOf(url, pathToSign(url, 'raw'), true);
        const claims = claimsOf(new Map([...(own === 'any' ? [] : own), ...conditions]), expires, session);
        return tokenOf(openedAlone(url), claims, expires);
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
      const { isAws } = profile;
      const asked = { url, method: sent.method, ip, country, alpn, issuer, audience, isAws };
      const judged = judgeClaims(claims, { ...asked, judgesReplay: replay !== undefined }, now, maxTtl);
      if ('ok' in judged) return judged;
      const { expires, use } = judged;
      // A check of what else a token opens is no use of the token. A token for a single use opens nothing else.
      const mayBeUsed = !use || (sent.isUse ? await replay!(use) : use.kind === 'detected');
      if (!mayBeUsed) return refusedFor('signature', label.catreplay);
      // Another token of this format would have a new grant: a viewer could watch without end.
      const conditional = options.renewal !== undefined || limitsOf(claims) !== ownLimits;
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

type Opened = Pick<SignedToken, 'url' | 'prefix' | 'anyQuery'>;

/**
 * Returns a writer of the claims that follow from options and URL, with the numbers of a profile.
 *
 * @throws `ERR_OPTIONS` for claims that another option makes; from the writer for conditions without a number in the profile
 */
function claimsWriter(
  { issuer, audience, uri, ipRanges, renewal, claims: more = new Map() }: CommonAccessTokenOptions,
  { isAws }: Profile,
): (conditions: UriConditions | 'any', expires: number, session?: string) => CborClaims {
  const ranges = ipRanges && ipClaim(ipRanges);
  const numbers = isAws ? awsLabel : label;

  const written = (conditions: UriConditions): UriConditions => {
    const found = isAws ? toAwsUri(conditions) : conditions;
    if (found) return found;
    throw optionsError('uri', 'AWS has numbers for host, path and extension, exact, prefix and suffix. Keep to those.');
  };
  const ownClaims = (conditions: UriConditions | 'any', expires: number): CborClaims =>
    new Map<number | string, unknown>([
      ...(issuer === undefined ? [] : ([[label.iss, issuer]] as const)),
      ...(audience === undefined ? [] : ([[label.aud, audience]] as const)),
      [label.exp, expires],
      ...(conditions === 'any' ? [] : ([[numbers.catu, written(conditions)]] as const)),
      ...(ranges ? ([[numbers.catnip, isAws ? ipRanges : ranges]] as const) : []),
      ...(renewal ? ([[label.catr, renewalClaim(renewal, expires)]] as const) : []),
    ]);
  const taken = [...ownClaims(uri ?? new Map(), 0).keys(), label.catv].find((each) => more.has(each));
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
function sessionOf(claims: CborClaims): { session?: string } {
  const id = claims.get(label.cti);
  const session = id instanceof Uint8Array ? utf8Text(id) : undefined;
  return session === undefined ? {} : { session };
}
