import { checkNames } from '../../errors/check-names.ts';
import { optionsError } from '../../errors/options-error.ts';
import { prefixOf } from '../../format-parts/access-list.ts';
import { checkTimes } from '../../format-parts/check-times.ts';
import { readExpiry, writeExpiry } from '../../format-parts/expiry.ts';
import { checkFolderCount } from '../../format-parts/folders.ts';
import { judging } from '../../format-parts/judging.ts';
import { folderHolding, folderScope, urlScope } from '../../format-parts/opened-scope.ts';
import { pathToSign } from '../../format-parts/path-to-sign.ts';
import type { CookieOptions } from '../../http/cookies.ts';
import type { SignedToken, VerifyingTokenFormat } from '../../token/token-format.ts';
import { refused } from '../../token/verdict.ts';
import { canonicalPath } from '../../url/canonical-path.ts';
import { checkUrlPrefix, isFolderOf, isUrlPrefix } from './check-url-prefix.ts';
import { encodePrefix, googleCarrier } from './google-carrier.ts';
import { googleSigners } from './google-keys.ts';
import type { GoogleKey } from './google-keys.ts';

export interface GoogleSignatureOptions {
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

/** Makes the parts that `cloudCdn` and `mediaCdn` have in common. @throws `ERR_OPTIONS` */
export function googleSignature(
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
