import { base64Bytes, base64url, padded } from '../crypto/base64url.ts';
import { sha1 } from '../crypto/hash.ts';
import { ed25519Signer, hmacSigner } from '../crypto/private-key-signer.ts';
import type { Signer } from '../crypto/private-key-signer.ts';
import { checkNames } from '../errors/check-names.ts';
import { optionsError } from '../errors/options-error.ts';
import { prefixOf } from '../format-parts/access-list.ts';
import { checkTimes } from '../format-parts/check-times.ts';
import { readExpiry, writeExpiry } from '../format-parts/expiry.ts';
import { checkFolderCount } from '../format-parts/folders.ts';
import { judging } from '../format-parts/judging.ts';
import { folderHolding, folderScope, urlScope } from '../format-parts/opened-scope.ts';
import { isHttp, pathToSign } from '../format-parts/path-to-sign.ts';
import type { CookieOptions } from '../http/cookies.ts';
import type { SignedToken, VerifyingTokenFormat } from '../token/token-format.ts';
import { refused } from '../token/verdict.ts';
import { canonicalPath } from '../url/canonical-path.ts';
import { parsedUrl } from '../url/judged-url.ts';
import { encodePrefix, googleCarrier } from './google-carrier.ts';

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
  const { carrier = 'query' } = options;
  return googleSignature('cloud-cdn', options, { algorithm: 'hmac', cookieName: 'Cloud-CDN-Cookie', carrier });
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
  const { carrier = 'path' } = options;
  return googleSignature('media-cdn', options, { algorithm: 'ed25519', cookieName: 'Edge-Cache-Cookie', carrier });
}

/** Makes the parts that `cloudCdn` and `mediaCdn` have in common. @throws `ERR_OPTIONS` */
function googleSignature(
  name: string,
  options: GoogleSignatureOptions,
  { algorithm, cookieName, carrier: kind }: { algorithm: 'hmac' | 'ed25519'; cookieName: string; carrier: string },
): VerifyingTokenFormat {
  checkNames<GoogleSignatureOptions & { carrier?: string }>(options, {
    keys: true,
    exact: true,
    depth: true,
    prefix: true,
    cookie: true,
    maxTtl: true,
    carrier: true,
  });
  const { exact = false, depth = Infinity, prefix: everyPrefix, maxTtl = 86_400 } = options;
  checkTimes({ maxTtl });
  checkFolderCount(depth);
  const signers = googleSigners(options.keys, algorithm);
  const [keyName] = signers.keys();
  const carrier = googleCarrier(kind, cookieName, options.cookie ?? {});
  if (exact && (kind !== 'query' || everyPrefix !== undefined)) {
    throw optionsError(
      'exact',
      "It is given with another carrier, or with `prefix`. Give carrier 'query' and no `prefix`.",
    );
  }
  if (everyPrefix !== undefined) checkUrlPrefix('prefix', everyPrefix);
  if (kind === 'path' && everyPrefix?.endsWith('/') === false) {
    throw optionsError('prefix', "It does not end with a slash, which carrier 'path' needs. Add one.");
  }

  /** Returns what a token for `url` opens. @throws `ERR_OPTIONS` for a URL that the format does not sign */
  const openedBy = (url: URL): { bare: string; search: string; prefix: string | undefined } => {
    pathToSign(url, 'raw');
    const search = carrier.searchOf(url, exact);
    const prefix = exact ? undefined : (everyPrefix ?? prefixOf(url, depth));
    const bare = url.origin + url.pathname + search;
    if (prefix !== undefined && !bare.startsWith(prefix))
      throw optionsError('url', 'The URL is not below `prefix`. Give one below it, or change `prefix`.');
    return { bare, search, prefix };
  };

  return {
    name,
    scope: exact ? 'url' : 'prefix',
    maxTtl,
    cookies: kind === 'cookie' ? [cookieName] : [],
    ...(carrier.bare && { bare: carrier.bare }),
    ...(carrier.parameters && { parameters: carrier.parameters }),

    opens(url) {
      const { search, prefix } = openedBy(url);
      if (prefix === undefined) return urlScope(url, search);
      return folderScope(url, folderHolding(new URL(prefix).pathname));
    },

    async sign(url, expires): Promise<SignedToken> {
      const { bare, prefix } = openedBy(url);
      const encodedPrefix = prefix === undefined ? undefined : encodePrefix(prefix);
      const link = { url: bare, prefix, encodedPrefix, expires: writeExpiry(expires), keyName: keyName! };
      const signature = await signers.get(keyName!)!.sign(carrier.signed(link));
      return carrier.token({
        ...link,
        signature,
        opened: prefix?.endsWith('/') ? { prefix } : { url: bare + url.hash },
        until: expires,
      });
    },

    verify: judging(async (sent, now) => {
      const carried = carrier.read(sent);
      if (typeof carried === 'string') return refused[carried];
      const { url, pathname, prefix, expires: written, keyName: given, signature, carriers } = carried;
      const expires = readExpiry(written);
      if (canonicalPath(pathname, 'raw') === undefined) return refused.malformed;
      if (expires === undefined || expires > now + maxTtl) return refused.malformed;
      if ((prefix === undefined) !== exact) return refused.malformed;
      if (prefix !== undefined && !isFolderOf(url, prefix) && !isUrlPrefix(prefix)) return refused.malformed;
      const genuine = await signers.get(given)?.verify(carrier.signed(carried), signature);
      if (!genuine || (prefix !== undefined && !url.startsWith(prefix))) return refused.signature;
      if (expires < now) return refused.expired;
      return { ok: true, expires, url, ...(carriers && { carriers }) };
    }),
  };
}

export interface GoogleKey {
  /** `KeyName` of the token. */
  name: string;
  /** Base64url: 16 bytes for HMAC, the 32-byte private key for Ed25519. */
  key: string;
}

/** @throws `ERR_OPTIONS` */
function googleSigners(keys: readonly GoogleKey[], algorithm: 'hmac' | 'ed25519'): ReadonlyMap<string, Signer> {
  const signers = keys.map(({ name, key }): [string, Signer] => {
    const bytes = base64Bytes(key);
    if (!/^[\w-]+$/.test(name) || !bytes?.length)
      throw optionsError(
        'keys',
        'A key has a name that is not allowed, or is not base64url. ' +
          'Give a name of letters, digits, - and _, and a key in base64url.',
      );
    return [
      name,
      algorithm === 'hmac'
        ? hmacSigner(sha1, bytes, 'base64url', padded)
        : ed25519Signer(bytes, (raw) => padded(base64url(raw))),
    ];
  });
  if (new Set(keys.map(({ name }) => name)).size !== keys.length)
    throw optionsError('keys', 'A name is given twice. Give each name once.');
  if (signers.length === 0)
    throw optionsError('keys', 'The list is empty. Give at least one key. The first one signs.');
  return new Map(signers);
}

/**
 * Tells whether a text is a URL prefix that contains a whole host: `https://cdn.exam` is also the beginning of another
 * host. The text must have the spelling that `URL` writes and no query, and its path must have one reading.
 */
export function isUrlPrefix(text: string): boolean {
  const url = parsedUrl(text);
  if (url?.href !== text || url.origin + url.pathname !== text) return false;
  return isHttp(url) && canonicalPath(url.pathname, 'raw') !== undefined;
}

/**
 * Tells whether a text is a folder of `url`, and therefore a URL prefix. Most prefixes are one, and this test does not
 * parse them.
 *
 * @param url a URL as `URL` writes it, with a path that `canonicalPath` accepts
 */
export function isFolderOf(url: string, text: string): boolean {
  return url.startsWith(text) && /^https?:\/\/[^?]+\/$/.test(text);
}

/** @throws `ERR_OPTIONS` */
function checkUrlPrefix(option: string, prefix: unknown): void {
  if (typeof prefix !== 'string' || !isUrlPrefix(prefix)) {
    throw optionsError(
      option,
      'This is not a URL prefix. ' +
        'Give a URL with its host in lower case, its path and no query, such as https://cdn.example.com/vod/.',
    );
  }
}
