import { canonicalPath } from '../canonical-path.ts';
import type { CookieOptions } from '../cookies.ts';
import { optionsError } from '../options-error.ts';
import type { SignedToken, TokenFormat } from '../token-format.ts';
import { refused } from '../verdict.ts';
import type { Verdict } from '../verdict.ts';
import { prefixOf } from './access-list.ts';
import { googleCarrier } from './google-carrier.ts';
import { googleSigners } from './google-keys.ts';
import type { GoogleKey } from './google-keys.ts';

export interface GoogleSignatureOptions {
  /** The keys of the backend or keyset; the first one signs, all of them verify. */
  keys: readonly GoogleKey[];
  /** Opens the URL asked for alone, with the query it has; in the query only. @default false: its folder and all below */
  exact?: boolean;
  /** How many folders of the path asked for make the folder that is opened. @default all */
  depth?: number;
  /** Or the one URL prefix that every token opens, such as `https://cdn.example.com/vod/`. */
  prefix?: string;
  /** For cookies: where the browser sends them. */
  cookie?: CookieOptions;
  /** @default 86400 seconds */
  maxTtl?: number;
}

/** What `cloudCdn` and `mediaCdn` have in common. @throws `ERR_OPTIONS` */
export function googleSignature(
  name: string,
  options: GoogleSignatureOptions,
  { algorithm, cookieName, carrier: kind }: { algorithm: 'hmac' | 'ed25519'; cookieName: string; carrier: string },
): TokenFormat {
  const { exact = false, depth = Infinity, maxTtl = 86_400 } = options;
  const signers = googleSigners(options.keys, algorithm);
  const [keyName] = signers.keys();
  const carrier = googleCarrier(kind, cookieName, options.cookie ?? {});
  if (exact && (kind !== 'query' || options.prefix !== undefined)) {
    throw optionsError('exact', "needs carrier 'query', and no `prefix`");
  }

  return {
    name,
    scope: exact ? 'url' : 'prefix',
    maxTtl,
    ...(carrier.bare && { bare: carrier.bare }),

    async sign(url, expires): Promise<SignedToken> {
      if (canonicalPath(url.pathname, 'raw') === undefined) {
        throw optionsError('url', 'this path has more than one reading and is never signed');
      }
      if (!/^[1-9]\d{9}$/.test(String(expires))) throw optionsError('expires', 'give unix seconds, ten digits');
      const search = carrier.searchOf(url);
      const prefix = options.prefix ?? prefixOf(url, depth);
      const bare = url.origin + url.pathname + search;
      if (!exact && !bare.startsWith(prefix)) throw optionsError('url', 'it is not below `prefix`');
      const link = { url: bare, prefix: exact ? undefined : prefix, expires: String(expires), keyName: keyName! };
      const signature = await signers.get(keyName!)!.sign(carrier.signed(link));
      return carrier.token({
        ...link,
        signature,
        opened: exact || !prefix.endsWith('/') ? { url: bare + url.hash } : { prefix },
        until: expires,
      });
    },

    async verify(request, now): Promise<Verdict> {
      const carried = carrier.read(request);
      if (typeof carried === 'string') return refused[carried];
      const { url, prefix, expires, keyName: given, signature, carriers } = carried;
      if (canonicalPath(new URL(url).pathname, 'raw') === undefined) return refused.malformed;
      if (!/^[1-9]\d{9}$/.test(expires) || Number(expires) > now + maxTtl) return refused.malformed;
      if ((prefix === undefined) !== exact) return refused.malformed;
      const genuine = await signers.get(given)?.verify(carrier.signed(carried), signature);
      if (!genuine || (prefix !== undefined && !url.startsWith(prefix))) return refused.signature;
      if (Number(expires) < now) return refused.expired;
      return { ok: true, expires: Number(expires), url, ...(carriers && { carriers }) };
    },
  };
}
