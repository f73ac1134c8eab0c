import { equalInConstantTime, hmac, md5, sha1, sha256 } from '../crypto/hash.ts';
import type { Hash } from '../crypto/hash.ts';
import { keyList } from '../crypto/secret-list.ts';
import type { KeyOptions } from '../crypto/secret-list.ts';
import { checkNames } from '../errors/check-names.ts';
import { optionsError } from '../errors/options-error.ts';
import { openedByPatterns, patternList, patternScopes } from '../format-parts/access-list.ts';
import { checkText } from '../format-parts/check-text.ts';
import { checkTimes } from '../format-parts/check-times.ts';
import { writeExpiry } from '../format-parts/expiry.ts';
import { checkFolderCount, folderOf } from '../format-parts/folders.ts';
import { matchesGlob } from '../format-parts/glob.ts';
import { ipBytes } from '../format-parts/ip-bytes.ts';
import { judging } from '../format-parts/judging.ts';
import { folderScope, pathScope, urlScope } from '../format-parts/opened-scope.ts';
import { pathToSign } from '../format-parts/path-to-sign.ts';
import { valueCarrier } from '../format-parts/value-carrier.ts';
import type { ValueCarrierOptions } from '../format-parts/value-carrier.ts';
import type { SignedToken, VerifyingTokenFormat } from '../token/token-format.ts';
import { refused } from '../token/verdict.ts';
import { canonicalPath, encodePath } from '../url/canonical-path.ts';
import type { PathForm } from '../url/canonical-path.ts';

export type EdgeAuthOptions = KeyOptions &
  ValueCarrierOptions & {
    /** Name of the parameter, cookie or header. @default 'hdnts' */
    param?: string;
    /**
     * Path patterns with `*` and `?` that every token opens.
     * @default the folder of the requested URL, and all below
     */
    acl?: string | readonly string[];
    /** Without `acl`: the number of folders from the root to the folder that a token opens. */
    depth?: number;
    /** Whether a token opens only the requested path (`url=` in Akamai's libraries). @default false */
    exact?: boolean;
    /** With `exact`: whether the query is signed too. @default false */
    signQuery?: boolean;
    /** @default 'sha256' */
    algorithm?: 'sha256' | 'sha1' | 'md5';
    /** Unix seconds before which the token opens nothing. */
    startsAt?: number;
    /** Binds the token to a client address; see `SecureLinkOptions`. */
    ip?: string;
    /** A text that is carried and signed as `id`. */
    sessionId?: string;
    /** A text that is carried and signed as `data`. */
    payload?: string;
    /** A text that is signed but not carried. Configure the edge with the same text. */
    salt?: string;
    /** Whether the behaviour has "Escape token input" on. @default false */
    escape?: boolean;
    /** One character that occurs in no pattern, and separates the patterns. @default '!' */
    aclDelimiter?: string;
    /** @default 'raw' */
    pathForm?: PathForm;
    /** @default 86400 seconds */
    maxTtl?: number;
  };

const hashes = { sha256, sha1, md5 };

/**
 * Signs and verifies URLs with Akamai EdgeAuth 2.0, `exp=…~acl=…~hmac=…`, as `akamai/EdgeAuth-Token-Node` makes it.
 * `key` is the hex key of the behaviour "Auth Token 2.0 Verification"; `keys` also contains its transition key. The
 * behaviour must look where `carrier` puts the token, under the name `param`, with the same algorithm, salt, delimiter
 * and escaping.
 *
 * @throws `ERR_OPTIONS`; from `sign` also for folders whose names contain the delimiter, `~`, `*` or `?`, which are the
 *   separators and wildcards of an access list; with `exact`, for a path or signed query with `~`, unless `escape` is
 *   set
 */
export function edgeAuth(options: EdgeAuthOptions): VerifyingTokenFormat {
  checkNames(options, {
    key: true,
    keys: true,
    carrier: true,
    cookie: true,
    param: true,
    acl: true,
    depth: true,
    exact: true,
    signQuery: true,
    algorithm: true,
    startsAt: true,
    ip: true,
    sessionId: true,
    payload: true,
    salt: true,
    escape: true,
    aclDelimiter: true,
    pathForm: true,
    maxTtl: true,
  });
  const { param = 'hdnts', depth = Infinity, exact = false, signQuery = false, algorithm = 'sha256' } = options;
  const { startsAt, ip, sessionId, payload, salt, aclDelimiter = '!', pathForm = 'raw', maxTtl = 86_400 } = options;
  const keys = keyList(options, 'hex');
  const carrier = valueCarrier([param], options);
  const hash = hashes[algorithm] as Hash | undefined;
  const escape = options.escape ? escapeEarly : (text: string) => text;
  checkTimes({ maxTtl, startsAt });
  checkFolderCount(depth);
  if (ip !== undefined) ipBytes(ip);
  if (!/^[^\w\s~*?/%]$/.test(aclDelimiter))
    throw optionsError('aclDelimiter', 'This is not one separating character. Give one such as ! or ,');
  const acl = patternList('acl', options.acl, ['~', aclDelimiter]);
  if (acl && exact) throw optionsError('acl', '`acl` and `exact` are both given. Give one of them.');
  checkText('sessionId', [sessionId], options.escape ? [] : ['~']);
  checkText('payload', [payload], options.escape ? [] : ['~']);
  checkText('salt', [salt], ['~']);
  if (!hash) throw optionsError('algorithm', "This is unknown. Give 'sha256', 'sha1' or 'md5'.");
  if (!['decoded', 'raw'].includes(pathForm))
    throw optionsError('pathForm', "This is unknown. Give 'decoded' or 'raw'.");
  const aclScope = acl && patternScopes(acl, pathForm);

  const hmacOf = (key: Uint8Array, fields: EdgeAuthFields, path: string, search: string): string => {
    const url = exact ? escape(signQuery ? path + search : path) : undefined;
    const signed = writeEdgeAuthFields(fields, { url, salt: salt === '' ? undefined : salt });
    return hmac(hash, key, signed, 'hex');
  };
  /** Tells whether the signed text of a path and query that are opened alone could be read in another way. */
  const isAmbiguous = (path: string, search: string): boolean =>
    exact &&
    ((!options.escape && `${path}${signQuery ? search : ''}`.includes('~')) || (signQuery && path.includes('?')));

  /**
   * Returns the fields of a token for `url` other than its expiry, and what the token opens.
   *
   * @param alone whether the token opens only the path, instead of its folder or `acl`
   * @throws `ERR_OPTIONS` for a URL that the format does not sign
   */
  const openedBy = (url: URL, { alone = false } = {}): EdgeAuthOpened => {
    const path = pathToSign(url, pathForm);
    const search = carrier.searchOf(url);
    const pattern = alone ? path : folderOf(path, depth);
    const patterns = alone ? [pattern] : (acl ?? [`${pattern}*`]);
    if (isAmbiguous(path, search))
      throw optionsError(
        'url',
        'The URL has a `~`, or a `?` in its path, which could be read in two ways. Rename the file or folder.',
      );
    if (patterns !== acl && !exact && (/[~*?]/.test(pattern) || pattern.includes(aclDelimiter))) {
      throw optionsError('url', `The folder has ${aclDelimiter}, ~, * or ? in its name. Rename it, or give \`acl\`.`);
    }
    if (!exact) carrier.check(patterns);
    const opened = exact
      ? { url: url.origin + url.pathname + search + url.hash, ...(!signQuery && { anyQuery: true }) }
      : openedByPatterns(url, path, search, patterns);
    if (!opened) throw optionsError('url', 'None of the patterns in `acl` opens this URL. Add one.');
    return { path, search, patterns, opened };
  };
  const own = { id: sessionId ? escape(sessionId) : undefined, data: payload ? escape(payload) : undefined };
  const tokenOf = ({ path, search, patterns, opened }: EdgeAuthOpened, expires: number): SignedToken => {
    writeExpiry(expires);
    const fields = {
      ip,
      startsAt,
      expires,
      acl: exact ? undefined : patterns.join(aclDelimiter),
      ...own,
    };
    const mac = hmacOf(keys[0]!, fields, path, search);
    return carrier.token(opened, expires, { [param]: `${writeEdgeAuthFields(fields)}~hmac=${mac}` });
  };

  return {
    name: 'edge-auth',
    scope: exact ? 'url' : 'prefix',
    maxTtl,
    ...carrier.places,

    opens(url) {
      const { search } = openedBy(url);
      if (exact) return signQuery ? urlScope(url, search) : pathScope(url);
      return aclScope?.(url) ?? folderScope(url, folderOf(url.pathname, depth));
    },

    sign: (url, expires) => tokenOf(openedBy(url), expires),
    ...(!exact && {
      signExactly(url: URL, expires: number) {
        // a URL that `acl` does not open gets no token here either
        openedBy(url);
        return tokenOf(openedBy(url, { alone: true }), expires);
      },
    }),

    verify: judging((sent, now) => {
      const { url } = sent;
      const carried = carrier.read(sent);
      if (!carried) return refused.malformed;
      if (!carried.values[0]) return refused.missing;
      const path = canonicalPath(url.pathname, pathForm);
      const { fields, hmac: mac } = readEdgeAuthFields(carried.values[0]) ?? {};
      if (path === undefined || isAmbiguous(path, carried.search)) return refused.malformed;
      if (!fields || mac === undefined) return refused.malformed;
      // The configuration decides which kind of token is valid, never the token.
      if ((fields.acl === undefined) !== exact || (fields.startsAt ?? 0) > now) return refused.malformed;
      if (fields.expires > now + maxTtl) return refused.malformed;
      let genuine = 0;
      for (const key of keys) genuine |= Number(equalInConstantTime(hmacOf(key, fields, path, carried.search), mac));
      if (!genuine || fields.ip !== ip) return refused.signature;
      if (fields.acl !== undefined && !fields.acl.split(aclDelimiter).some((pattern) => matchesGlob(path, pattern))) {
        return refused.signature;
      }
      if (fields.expires < now) return refused.expired;
      const forward = url.origin + encodePath(path, pathForm) + carried.search;
      const conditional = fields.id !== own.id || fields.data !== own.data;
      return { ok: true, expires: fields.expires, url: forward, carriers: carried.carriers, conditional };
    }),
  };
}

interface EdgeAuthOpened {
  readonly path: string;
  readonly search: string;
  readonly patterns: readonly string[];
  readonly opened: Pick<SignedToken, 'url' | 'prefix' | 'anyQuery'>;
}

/** The fields of an EdgeAuth token. No text is empty or contains `~`, which separates the fields. */
interface EdgeAuthFields {
  readonly ip?: string | undefined;
  /** Unix seconds. */
  readonly startsAt?: number | undefined;
  /** Unix seconds. */
  readonly expires: number;
  /** Path patterns, joined into one text. */
  readonly acl?: string | undefined;
  readonly id?: string | undefined;
  readonly data?: string | undefined;
}

/** The fields that are signed but not carried. A text that may contain `~` has been escaped. */
interface EdgeAuthUnsent {
  /** The path, for a token without an access list. */
  readonly url?: string | undefined;
  readonly salt?: string | undefined;
}

/**
 * Returns the text of a token before `~hmac=`, in the one order that Akamai's libraries write; with `unsent`, returns
 * the signed text. Each field has a name and none contains a `~`, so the text has one reading.
 */
function writeEdgeAuthFields(fields: EdgeAuthFields, { url, salt }: EdgeAuthUnsent = {}): string {
  const { ip, startsAt, expires, acl, id, data } = fields;
  const field = (name: string, value: string | number | undefined): string =>
    value === undefined ? '' : `${name}=${value}~`;
  const carried = field('ip', ip) + field('st', startsAt) + field('exp', expires) + field('acl', acl);
  const all = carried + field('id', id) + field('data', data) + field('url', url) + field('salt', salt);
  return all.slice(0, -1);
}

const form = new RegExp(
  [
    /^(?:ip=([^~]+)~)?(?:st=([1-9]\d{9})~)?exp=([1-9]\d{9})/,
    /(?:~acl=([^~]+))?(?:~id=([^~]+))?(?:~data=([^~]+))?~hmac=([\da-f]+)$/,
  ]
    .map(({ source }) => source)
    .join(''),
);

/**
 * Reads the fields of a token and its HMAC; returns `undefined` for any text that `writeEdgeAuthFields` does not make.
 */
function readEdgeAuthFields(token: string): { fields: EdgeAuthFields; hmac: string } | undefined {
  const [, ip, st, exp, acl, id, data, hmac] = form.exec(token) ?? [];
  if (exp === undefined || hmac === undefined) return undefined;
  const startsAt = st === undefined ? undefined : Number(st);
  return { fields: { ip, startsAt, expires: Number(exp), acl, id, data }, hmac };
}

/**
 * Escapes a text like "Escape token input": percent-encoding with lower-case hex of everything except letters, digits
 * and `-_.!()`.
 */
function escapeEarly(text: string): string {
  return encodeURIComponent(text)
    .replace(/[~'*]/g, (character) => `%${character.charCodeAt(0).toString(16)}`)
    .replace(/%../g, (code) => code.toLowerCase());
}
