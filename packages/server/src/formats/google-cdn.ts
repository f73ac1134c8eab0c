import { utf8ToBytes } from '@noble/hashes/utils.js';
import { base64Bytes, base64url, exactBytes, padded, utf8Text } from '../crypto/base64url.ts';
import { hmac, sha1 } from '../crypto/hash.ts';
import { ed25519Signer, macSigner } from '../crypto/signer.ts';
import type { Signer } from '../crypto/signer.ts';
import { optionsError } from '../errors/options-error.ts';
import * as option from '../errors/options.ts';
import { pathCarrier, valueCarrier } from '../format-parts/carriers.ts';
import type { Carried, Carrier, CarriedTexts } from '../format-parts/carriers.ts';
import { cdnFormat } from '../format-parts/cdn-format.ts';
import { folderHolding, folderScope, openedFolder, openedUrl } from '../format-parts/opened-scope.ts';
import { readExpiry } from '../format-parts/signing-format.ts';
import type { CookieOptions } from '../http/cookies.ts';
import type { VerifyingTokenFormat } from '../token/token-format.ts';
import { canonicalPath } from '../url/canonical-path.ts';
import { parsedUrl } from '../url/judged-url.ts';
import { isUrlPrefix } from './access-list.ts';
import { readFields, writeFields } from './token-fields.ts';
import type { TokenFields } from './token-fields.ts';

interface GoogleSignatureOptions {
  /** The keys of the backend or keyset; the first one signs, all of them verify. */
  keys: readonly GoogleKey[];
  /**
   * Whether a token opens only the requested URL, with its query; possible only in the query.
   * @default false: its folder and all below
   */
  exact?: boolean;
  /** The number of folders from the root to the folder that a token opens. @default all */
  depth?: number;
  /**
   * The one URL prefix that every token opens, such as `https://cdn.example.com/vod/`. Give its last slash: Google
   * compares characters, and `…/vod` opens `…/vodka` too.
   */
  prefix?: string;
  /** For cookies: where the browser sends them. */
  cookie?: CookieOptions;
  /** @default 86400 seconds */
  maxTtl?: number;
}

export interface CloudCdnOptions extends GoogleSignatureOptions {
  /** @default 'query' */
  carrier?: 'query' | 'cookie';
}

/**
 * Signs and verifies URLs with Google Cloud CDN signed URLs, signed URL prefixes and signed cookies
 * (`Cloud-CDN-Cookie`): HMAC-SHA1 with a 16-byte key. The backend must have the keys under the same names. The
 * signature covers the scheme: behind a TLS terminator, pass the https URL to `verify`.
 *
 * @throws `ERR_OPTIONS`
 */
export function cloudCdn(options: CloudCdnOptions): VerifyingTokenFormat {
  return googleSignature(options, {
    name: 'cloud-cdn',
    algorithm: 'hmac',
    cookieName: 'Cloud-CDN-Cookie',
    carriers: ['query', 'cookie'],
  });
}

export interface MediaCdnOptions extends GoogleSignatureOptions {
  /** The place of the token. In the path, HLS inherits it: `…/edge-cache-token=…/`. @default 'path' */
  carrier?: 'path' | 'query' | 'cookie';
}

/**
 * Signs and verifies URLs with Google Media CDN signed requests: Ed25519, in the path, the query or a cookie
 * (`Edge-Cache-Cookie`). The keyset of the route (`signedRequestKeyset`, `signedRequestMode: REQUIRE_SIGNATURES`) must
 * have the public keys under the same names. The signature covers the scheme: behind a TLS terminator, pass the https
 * URL to `verify`. For the short and long tokens (`REQUIRE_TOKENS`) see `mediaCdnToken`.
 *
 * @throws `ERR_OPTIONS`
 */
export function mediaCdn(options: MediaCdnOptions): VerifyingTokenFormat {
  return googleSignature(options, {
    name: 'media-cdn',
    algorithm: 'ed25519',
    cookieName: 'Edge-Cache-Cookie',
    carriers: ['path', 'query', 'cookie'],
  });
}

interface GoogleProduct {
  readonly name: string;
  readonly algorithm: 'hmac' | 'ed25519';
  readonly cookieName: string;
  /** The default comes first. */
  readonly carriers: readonly ['path' | 'query', ...GoogleCarrier[]];
}

type GoogleCarrier = 'path' | 'query' | 'cookie';

/** Makes the parts that `cloudCdn` and `mediaCdn` have in common. @throws `ERR_OPTIONS` */
function googleSignature(
  options: GoogleSignatureOptions & { carrier?: GoogleCarrier },
  { name, algorithm, cookieName, carriers }: GoogleProduct,
): VerifyingTokenFormat {
  const {
    keys,
    carrier: kind,
    exact,
    depth,
    prefix: everyPrefix,
    maxTtl,
  } = option.readOptions(options, {
    keys: option.keyEntries,
    carrier: option.oneOf<GoogleCarrier>(carriers, carriers[0]),
    exact: option.flag(),
    depth: option.folderCount,
    prefix: option.given,
    cookie: option.given,
    maxTtl: option.maxLifetime,
  });
  const signers = googleSigners(keys, algorithm);
  const [keyName = ''] = signers.keys();
  if (exact && (kind !== 'query' || everyPrefix !== undefined))
    throw optionsError(
      'exact',
      "It is given with another carrier, or with `prefix`. Give carrier 'query' and no `prefix`.",
    );
  const parsed = everyPrefix === undefined ? undefined : parsedUrl(everyPrefix);
  if (
    everyPrefix !== undefined &&
    (parsed?.href !== everyPrefix || !isUrlPrefix(everyPrefix) || !canonicalPath(parsed.pathname, 'raw'))
  )
    throw optionsError(
      'prefix',
      'This is not a URL prefix. ' +
        'Give a URL with its host in lower case, its path and no query, such as https://cdn.example.com/vod/.',
    );
  if (kind === 'path' && everyPrefix?.endsWith('/') === false)
    throw optionsError('prefix', "It does not end with a slash, which carrier 'path' needs. Add one.");
  const separator = kind === 'cookie' ? ':' : '&';
  const mark = kind === 'path' ? 'edge-cache-token=' : '';
  // In the path, the prefix stands in front of the token.
  const joinedNames = kind === 'path' ? fieldNames.slice(1) : fieldNames;
  /**
   * Returns what is signed in front of the fields: nothing if they name a prefix. Key names contain no separators, the
   * expiry has ten digits, and a prefix is in base64: the rest is the URL.
   */
  const frontOf = (url: string, prefix: string | undefined): string => {
    if (prefix === undefined) return url + (url.includes('?') ? '&' : '?');
    return kind === 'path' ? prefix + mark : '';
  };
  /** Returns the fields in front of the signature. */
  const written = (encoded: string | undefined, expires: string, key: string): string =>
    writeFields({ URLPrefix: encoded, Expires: expires, KeyName: key }, separator);

  return cdnFormat({
    name,
    scope: exact ? 'url' : 'prefix',
    maxTtl,
    pathForm: 'raw',
    carrier: googleCarrier(kind, exact, cookieName, options.cookie),
    signers: [...signers.values()],

    open({ url, search }) {
      if (url.pathname.includes('edge-cache-token='))
        throw optionsError('url', 'The path has a token in it. Give the URL without it.');
      const bare = url.origin + url.pathname + search;
      const prefix = exact ? undefined : (everyPrefix ?? openedFolder(url, depth).prefix!);
      if (prefix !== undefined && !bare.startsWith(prefix))
        throw optionsError('url', 'The URL is not below `prefix`. Give one below it, or change `prefix`.');
      return {
        opened: prefix?.endsWith('/') ? { prefix } : openedUrl(url, search, false),
        prefix,
        front: frontOf(bare, prefix),
        encoded: prefix === undefined || kind === 'path' ? undefined : paddedBase64url(utf8ToBytes(prefix)),
      };
    },
    scopeOf: ({ prefix }, url) =>
      prefix === undefined ? undefined : folderScope(url, folderHolding(new URL(prefix).pathname)),
    message: ({ front, encoded }, expires) => front + written(encoded, String(expires), keyName),
    write(signature, { encoded }, expires): CarriedTexts {
      const fields = { Expires: String(expires), KeyName: keyName, Signature: signature };
      if (kind === 'query') return encoded === undefined ? fields : { URLPrefix: encoded, ...fields };
      const text = mark + writeFields({ URLPrefix: encoded, ...fields }, separator);
      return { [kind === 'path' ? 'token' : cookieName]: text };
    },
    read({ values, pathname, search }, _, { url: sent }) {
      const [text = ''] = values;
      const fields =
        kind === 'query' ? queryFields(values) : readFields(text.slice(mark.length), joinedNames, separator);
      const { URLPrefix: encoded, Expires: expires = '', KeyName: key = '', Signature: signature = '' } = fields ?? {};
      // A prefix must have one spelling, because the encoded text is signed.
      const decoded = encoded === undefined ? undefined : (utf8Text(exactBytes(encoded, paddedBase64url)) ?? '');
      const prefix = kind === 'path' ? `${sent.origin}${values[1] ?? ''}/` : decoded;
      if ((prefix === undefined) !== exact || (prefix !== undefined && !isUrlPrefix(prefix))) return undefined;
      const url = sent.origin + pathname + search;
      const signer = signers.get(key);
      return {
        signature,
        messages: [frontOf(url, prefix) + written(encoded, expires, key)],
        signers: signer ? [signer] : [],
        expires: readExpiry(expires),
        opens: () => prefix === undefined || url.startsWith(prefix),
      };
    },
  });
}

const paddedBase64url = (bytes: Uint8Array): string => padded(base64url(bytes));

/** In the order of a token that is one text. */
const fieldNames = ['URLPrefix', 'Expires', 'KeyName', 'Signature'] as const;
/** In the query, those come first that every token has. */
const queryNames = ['Expires', 'KeyName', 'Signature', 'URLPrefix'];

/** Returns the values of `queryNames` by their names. */
function queryFields([Expires, KeyName, Signature, URLPrefix]: Carried['values']): TokenFields<string | undefined> {
  return { Expires, KeyName, Signature, URLPrefix };
}

/** @throws `ERR_OPTIONS` */
function googleCarrier(kind: GoogleCarrier, exact: boolean, cookieName: string, cookie: CookieOptions = {}): Carrier {
  if (kind === 'path') return pathCarrier(/^(?<front>.*)\/(?<token>edge-cache-token=[^/]*)(?<rest>\/.*)$/, 'folder');
  if (kind === 'cookie') return valueCarrier([cookieName], { carrier: 'cookie', cookie });
  return valueCarrier(queryNames, { cookie }, { needed: 3, written: exact ? queryNames.slice(0, 3) : queryNames });
}

export interface GoogleKey {
  /** `KeyName` of the token. */
  name: string;
  /** Base64url: 16 bytes for HMAC, the 32-byte private key for Ed25519. */
  key: string;
}

/** @throws `ERR_OPTIONS` */
function googleSigners(keys: readonly GoogleKey[], algorithm: 'hmac' | 'ed25519'): ReadonlyMap<string, Signer> {
  const signers = new Map<string, Signer>();
  for (const { name, key } of keys) {
    const bytes = base64Bytes(key);
    if (!/^[\w-]+$/.test(name) || !bytes?.length || signers.has(name))
      throw optionsError(
        'keys',
        'A key has a name that is not allowed or is given twice, or is not base64url. ' +
          'Give each key another name of letters, digits, - and _, and the key in base64url.',
      );
    const mac = (text: string): string => padded(hmac(sha1, bytes, text, 'base64url'));
    signers.set(name, algorithm === 'hmac' ? macSigner(mac) : ed25519Signer(bytes, paddedBase64url));
  }
  return signers;
}
