import { hmac, md5, sha1, sha256 } from '../crypto/hash.ts';
import { keyList } from '../crypto/secret-list.ts';
import type { KeyOptions } from '../crypto/secret-list.ts';
import { macSigner } from '../crypto/signer.ts';
import { optionsError } from '../errors/options-error.ts';
import * as option from '../errors/options.ts';
import { valueCarrier } from '../format-parts/carriers.ts';
import type { ValueCarrierOptions } from '../format-parts/carriers.ts';
import { cdnFormat } from '../format-parts/cdn-format.ts';
import { address } from '../format-parts/ip.ts';
import { folderOf, openedUrl } from '../format-parts/opened-scope.ts';
import { readExpiry, readStart } from '../format-parts/signing-format.ts';
import type { VerifyingTokenFormat } from '../token/token-format.ts';
import type { PathForm } from '../url/canonical-path.ts';
import { matchesGlob, openedByPatterns, patternList, patternScope } from './access-list.ts';
import { readFields, writeFields } from './token-fields.ts';

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
  const { param, depth, exact, signQuery, algorithm, startsAt, ip, escape, aclDelimiter, pathForm, maxTtl, ...read } =
    option.readOptions(options, {
      ...option.keys,
      ...option.carrier,
      param: option.nameOr('hdnts'),
      acl: option.given,
      depth: option.folderCount,
      exact: option.flag(),
      signQuery: option.flag(),
      algorithm: option.oneOf(['sha256', 'sha1', 'md5'], 'sha256'),
      startsAt: option.unixTime,
      ip: address,
      sessionId: option.signedText([]),
      payload: option.signedText([]),
      salt: option.signedText(['~']),
      escape: option.flag(),
      aclDelimiter: option.matching(
        /^[^\w\s~*?/%]$/,
        'This is not one separating character. Give one such as ! or ,',
        '!',
      ),
      pathForm: option.pathForm('raw'),
      maxTtl: option.maxLifetime,
    });
  const acl = patternList(['~', aclDelimiter])(options.acl, 'acl');
  if (!escape) for (const name of ['sessionId', 'payload'] as const) option.signedText(['~'])(options[name], name);
  if (acl && exact) throw optionsError('acl', '`acl` and `exact` are both given. Give one of them.');
  const escaped = escape ? escapeEarly : (text: string) => text;
  const id = read.sessionId ? escaped(read.sessionId) : undefined;
  const data = read.payload ? escaped(read.payload) : undefined;

  /** Returns what is signed of a URL that is opened alone; `undefined` if that could be read in another way. */
  const signedUrl = (path: string, search: string): string | undefined => {
    const signed = signQuery ? path + search : path;
    return (signQuery && path.includes('?')) || (!escape && signed.includes('~')) ? undefined : escaped(signed);
  };
  /** Returns the text of a token before `~hmac=`. */
  const textOf = (list: string | undefined, expires: number): string =>
    writeFields({ ip, st: startsAt, exp: expires, acl: list, id, data }, '~');
  const signedText = (text: string, url: string | undefined): string =>
    text + (url === undefined ? '' : `~url=${url}`) + (read.salt ? `~salt=${read.salt}` : '');

  return cdnFormat({
    name: 'edge-auth',
    scope: exact ? 'url' : 'prefix',
    maxTtl,
    pathForm,
    carrier: valueCarrier([param], options),
    signers: keyList(options, 'hex').map((key) => macSigner((text) => hmac(hashes[algorithm], key, text, 'hex'))),
    signsExactly: !exact,

    open(asked) {
      const { url, path, search, isAlone } = asked;
      if (exact) {
        const signed = signedUrl(path, search);
        if (signed === undefined)
          throw optionsError(
            'url',
            'The URL has a `~`, or a `?` in its path, which could be read in two ways. Rename the file or folder.',
          );
        return { opened: openedUrl(url, search, !signQuery), signed, list: undefined };
      }
      const own = isAlone ? path : folderOf(path, depth);
      const patterns = isAlone ? [path] : (acl ?? [`${own}*`]);
      if (patterns !== acl && (/[~*?]/.test(own) || own.includes(aclDelimiter)))
        throw optionsError('url', `The folder has ${aclDelimiter}, ~, * or ? in its name. Rename it, or give \`acl\`.`);
      const opened = openedByPatterns(asked, patterns);
      if (!opened) throw optionsError('url', 'None of the patterns in `acl` opens this URL. Add one.');
      return { opened, signed: undefined, list: patterns.join(aclDelimiter) };
    },
    scopeOf: (_, url) => acl && patternScope(url, acl, pathForm),
    message: ({ signed, list }, expires) => signedText(textOf(list, expires), signed),
    write: (mac, { list }, expires) => ({ [param]: `${textOf(list, expires)}~hmac=${mac}` }),
    read({ values: [token = ''], search }, path) {
      const fields = readFields(token, fieldNames, '~');
      const signed = exact ? signedUrl(path, search) : undefined;
      // The configuration decides which kind of token is valid, never the token.
      if (fields?.hmac === undefined || (fields.acl === undefined) !== exact) return undefined;
      if (exact && signed === undefined) return undefined;
      return {
        signature: fields.hmac,
        messages: [signedText(token.slice(0, token.lastIndexOf('~')), signed)],
        expires: readExpiry(fields.exp),
        startsAt: readStart(fields.st),
        opens: () =>
          fields.ip === ip && (fields.acl?.split(aclDelimiter).some((pattern) => matchesGlob(path, pattern)) ?? true),
        conditional: fields.id !== id || fields.data !== data,
      };
    },
  });
}

/** In the one order that Akamai's libraries write. */
const fieldNames = ['ip', 'st', 'exp', 'acl', 'id', 'data', 'hmac'] as const;

/**
 * Escapes a text like "Escape token input": percent-encoding with lower-case hex of everything except letters, digits
 * and `-_.!()`.
 */
function escapeEarly(text: string): string {
  return encodeURIComponent(text)
    .replace(/[~'*]/g, (character) => `%${character.charCodeAt(0).toString(16)}`)
    .replace(/%../g, (code) => code.toLowerCase());
}
