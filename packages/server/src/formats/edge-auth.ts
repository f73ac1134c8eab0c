import { hmac } from '@noble/hashes/hmac.js';
import { md5, sha1 } from '@noble/hashes/legacy.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import { canonicalPath, encodePath } from '../canonical-path.ts';
import type { PathForm } from '../canonical-path.ts';
import { equalInConstantTime } from '../equal-in-constant-time.ts';
import { optionsError } from '../options-error.ts';
import type { TokenFormat } from '../token-format.ts';
import { refused } from '../verdict.ts';
import { openedByPatterns } from './access-list.ts';
import { escapeEarly, readEdgeAuthFields } from './edge-auth-fields.ts';
import { folderOf } from './folders.ts';
import { matchesGlob } from './glob.ts';
import { hexKeys } from './hex-keys.ts';
import type { HexKeyOptions } from './hex-keys.ts';
import { valueCarrier } from './value-carrier.ts';
import type { ValueCarrierOptions } from './value-carrier.ts';

export type EdgeAuthOptions = HexKeyOptions &
  ValueCarrierOptions & {
    /** Name of the parameter, cookie or header. @default 'hdnts' */
    param?: string;
    /** Path patterns with `*` and `?` that every token opens. @default the folder of the URL asked for, and all below */
    acl?: string | readonly string[];
    /** Without `acl`: how many folders of the path asked for make the folder that is opened. */
    depth?: number;
    /** Opens the path asked for alone (`url=` in Akamai's libraries). @default false */
    exact?: boolean;
    /** With `exact`: the query is signed too. @default false */
    signQuery?: boolean;
    /** @default 'sha256' */
    algorithm?: 'sha256' | 'sha1' | 'md5';
    /** Unix seconds before which the token opens nothing. */
    startsAt?: number;
    /** Binds the token to a client address; see `SecureLinkOptions`. */
    ip?: string;
    /** Carried and signed as `id`. */
    sessionId?: string;
    /** Carried and signed as `data`. */
    payload?: string;
    /** Signed and not carried; the edge must be configured with it. */
    salt?: string;
    /** "Escape token input". @default false */
    escape?: boolean;
    /** @default '!' */
    aclDelimiter?: string;
    /** @default 'raw' */
    pathForm?: PathForm;
    /** @default 86400 seconds */
    maxTtl?: number;
  };

const hashes = { sha256, sha1, md5 };

/**
 * Akamai EdgeAuth 2.0, `exp=…~acl=…~hmac=…`, as `akamai/EdgeAuth-Token-Node` makes it. `key` is the hex key of the
 * behaviour "Auth Token 2.0 Verification", `keys` also its transition key. The behaviour must look where `carrier` puts the
 * token, under the name `param`, with the same algorithm, salt, delimiter and escaping.
 *
 * @throws `ERR_OPTIONS`; from `sign` also for folders with `!`, `~`, `*` or `?` in their names, which are the delimiters and
 * wildcards of an access list
 */
export function edgeAuth(options: EdgeAuthOptions): TokenFormat {
  const { param = 'hdnts', depth = Infinity, exact = false, signQuery = false, algorithm = 'sha256' } = options;
  const { startsAt, ip, sessionId, payload, salt, aclDelimiter = '!', pathForm = 'raw', maxTtl = 86_400 } = options;
  const keys = hexKeys(options);
  const carrier = valueCarrier([param], options);
  const hash = hashes[algorithm] as (typeof hashes)[typeof algorithm] | undefined;
  const escape = options.escape ? escapeEarly : (text: string) => text;
  const acl = options.acl === undefined ? undefined : [options.acl].flat();
  const fixed = [ip, sessionId && escape(sessionId), payload && escape(payload), ...(acl ?? [])];
  if (fixed.some((each) => each?.includes('~')))
    throw optionsError('acl', '`~` separates the fields; use none, or `escape`');
  if (acl?.length === 0 || (acl && exact)) throw optionsError('acl', 'give patterns, or `exact`');
  if (!hash) throw optionsError('algorithm', "give 'sha256', 'sha1' or 'md5'");

  const hmacOf = (key: Uint8Array, signed: string, path: string, search: string): string => {
    const url = exact ? `~url=${escape(signQuery ? path + search : path)}` : '';
    return bytesToHex(hmac(hash, key, utf8ToBytes(signed + url + (salt ? `~salt=${salt}` : ''))));
  };

  return {
    name: 'edge-auth',
    scope: exact ? 'url' : 'prefix',
    maxTtl,

    sign(url, expires) {
      const path = canonicalPath(url.pathname, pathForm);
      if (path === undefined) throw optionsError('url', 'this path has more than one reading and is never signed');
      if (!/^[1-9]\d{9}$/.test(String(expires))) throw optionsError('expires', 'give unix seconds, ten digits');
      const search = carrier.searchOf(url);
      const folder = folderOf(path, depth);
      const patterns = acl ?? [`${folder}*`];
      if (!acl && !exact && /[!~*?]/.test(folder)) throw optionsError('url', 'its folder holds !, ~, * or ?');
      const opened = exact
        ? { url: url.origin + url.pathname + search + url.hash, ...(!signQuery && { anyQuery: true }) }
        : openedByPatterns(url, path, search, patterns);
      if (!opened) throw optionsError('url', 'no pattern of `acl` opens it');
      const fields = {
        ip,
        st: startsAt,
        exp: expires,
        acl: exact ? undefined : patterns.join(aclDelimiter),
        id: sessionId && escape(sessionId),
        data: payload && escape(payload),
      };
      const entries = Object.entries(fields).filter(([, value]) => value !== undefined && value !== '');
      const signed = entries.map(([name, value]) => `${name}=${value ?? ''}`).join('~');
      return carrier.token(opened, expires, { [param]: `${signed}~hmac=${hmacOf(keys[0]!, signed, path, search)}` });
    },

    verify(request, now) {
      const url = new URL(request.url);
      const carried = carrier.read(request);
      if (!carried) return refused.malformed;
      if (!carried.values[0]) return refused.missing;
      const path = canonicalPath(url.pathname, pathForm);
      const fields = readEdgeAuthFields(carried.values[0]);
      if (path === undefined || !fields || fields.expires > now + maxTtl) return refused.malformed;
      // Which kind of token is right is a matter of configuration, never of the token.
      if ((fields.acl === undefined) !== exact || (fields.startsAt ?? 0) > now) return refused.malformed;
      let genuine = 0;
      for (const key of keys) {
        genuine |= Number(equalInConstantTime(hmacOf(key, fields.signed, path, carried.search), fields.hmac));
      }
      if (!genuine || fields.ip !== ip) return refused.signature;
      if (fields.acl !== undefined && !fields.acl.split(aclDelimiter).some((pattern) => matchesGlob(path, pattern))) {
        return refused.signature;
      }
      if (fields.expires < now) return refused.expired;
      const forward = url.origin + encodePath(path, pathForm) + carried.search;
      return { ok: true, expires: fields.expires, url: forward, carriers: carried.carriers };
    },
  };
}
