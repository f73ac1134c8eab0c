import { utf8ToBytes } from '@noble/hashes/utils.js';
import { canonicalPath } from '../canonical-path.ts';
import { optionsError } from '../options-error.ts';
import type { SignedToken, TokenFormat } from '../token-format.ts';
import { refused } from '../verdict.ts';
import type { Verdict } from '../verdict.ts';
import { prefixOf } from './access-list.ts';
import { cloudFrontEncoding } from './cloud-front-encoding.ts';
import { isFromRange, readPolicy, writePolicy } from './cloud-front-policy.ts';
import { matchesGlob } from './glob.ts';
import { privateKeySigner } from './private-key-signer.ts';
import { valueCarrier } from './value-carrier.ts';
import type { ValueCarrierOptions } from './value-carrier.ts';

export interface CloudFrontOptions extends Omit<ValueCarrierOptions, 'carrier'> {
  /** Keys of the distribution's key group: public key id and private key (PEM, PKCS#8; RSA 2048 or ECDSA P-256). */
  keys: readonly { id: string; privateKey: string }[];
  /** @default 'cookie' */
  carrier?: 'cookie' | 'query';
  /** `SHA1` for signers and distributions older than `Hash-Algorithm`. @default 'SHA256' */
  hash?: 'SHA256' | 'SHA1';
  /** Opens the URL asked for alone, with a canned policy. @default false: its folder and all below */
  exact?: boolean;
  /** How many folders of the path asked for make the folder that is opened. @default all */
  depth?: number;
  /** Unix seconds before which the token opens nothing. */
  startsAt?: number;
  /** The clients that may use the token, as a CIDR range. */
  ipRange?: string;
  /** For `verify`: the client's address; without it, policies with a range are refused. See `SecureLinkOptions`. */
  ip?: string;
  /** @default 86400 seconds */
  maxTtl?: number;
}

/**
 * CloudFront signed cookies and signed URLs: a policy for a folder with `*`, or the canned policy of one URL. The behaviour
 * needs "Restrict viewer access" with the key group, and the distribution must see the host and scheme that players use.
 * Cookies need `cookie.domain` when endpoint and distribution are on different hosts, and CORS with credentials.
 *
 * A CloudFront token ends *before* the second of its expiry, unlike all others.
 *
 * @throws `ERR_OPTIONS`
 */
export function cloudFront(options: CloudFrontOptions): TokenFormat {
  const { carrier: kind = 'cookie', hash = 'SHA256', exact = false, depth = Infinity, maxTtl = 86_400 } = options;
  const { startsAt, ipRange, ip } = options;
  if (exact && (startsAt !== undefined || ipRange !== undefined))
    throw optionsError('exact', 'a canned policy has an expiry only');
  const algorithm = hash === 'SHA1' ? 'SHA-1' : 'SHA-256';
  const signers = new Map(
    options.keys.map(({ id, privateKey }) => [id, privateKeySigner(privateKey, algorithm, cloudFrontEncoding)]),
  );
  const [keyId] = signers.keys();
  if (!keyId) throw optionsError('keys', 'give at least one with its id; the first one signs');
  const front = kind === 'cookie' ? 'CloudFront-' : '';
  const names = [exact ? 'Expires' : 'Policy', 'Signature', 'Key-Pair-Id', 'Hash-Algorithm'].map(
    (name) => front + name,
  );
  const carrier = valueCarrier(names, { ...options, carrier: kind });

  return {
    name: 'cloud-front',
    scope: exact ? 'url' : 'prefix',
    maxTtl,

    async sign(url, expires): Promise<SignedToken> {
      if (canonicalPath(url.pathname, 'raw') === undefined) {
        throw optionsError('url', 'this path has more than one reading and is never signed');
      }
      if (!/^[1-9]\d{9}$/.test(String(expires))) throw optionsError('expires', 'give unix seconds, ten digits');
      const bare = url.origin + url.pathname + carrier.searchOf(url);
      const prefix = prefixOf(url, depth);
      if (/[*?]/.test(exact ? url.pathname : prefix)) throw optionsError('url', '* and ? are wildcards of a policy');
      const policy = writePolicy({ resource: exact ? bare : `${prefix}*`, expires, startsAt, ipRange });
      const signature = await signers.get(keyId)!.sign(policy);
      const values = [exact ? String(expires) : cloudFrontEncoding.encode(utf8ToBytes(policy)), signature, keyId];
      if (hash !== 'SHA1') values.push(hash);
      const carried = Object.fromEntries(values.map((value, i) => [names[i]!, value]));
      return carrier.token(exact ? { url: bare + url.hash } : { prefix }, expires, carried);
    },

    async verify(request, now): Promise<Verdict> {
      const { origin, pathname } = new URL(request.url);
      const carried = carrier.read(request);
      if (!carried) return refused.malformed;
      const [what, signature, id, given = 'SHA1'] = carried.values;
      if (!what || !signature || !id) return refused.missing;
      const url = origin + pathname + carried.search;
      // The algorithm is a matter of configuration: a token that leaves it out would have itself checked with SHA-1.
      if (canonicalPath(pathname, 'raw') === undefined || given !== hash) return refused.malformed;
      if (exact && !/^[1-9]\d{9}$/.test(what)) return refused.malformed;
      const bytes = exact ? undefined : cloudFrontEncoding.decode(what);
      const text = exact
        ? writePolicy({ resource: url, expires: Number(what) })
        : bytes && new TextDecoder().decode(bytes);
      if (text === undefined) return refused.malformed;
      if (!(await signers.get(id)?.verify(text, signature))) return refused.signature;
      const policy = readPolicy(text);
      if (!policy || policy.expires > now + maxTtl || (policy.startsAt ?? 0) > now) return refused.malformed;
      // A canned policy names a URL, whatever characters it has in it.
      const opens = exact ? policy.resource === url : matchesGlob(url, policy.resource);
      if (!opens || !isFromRange(ip, policy.ipRange)) return refused.signature;
      if (policy.expires <= now) return refused.expired;
      return { ok: true, expires: policy.expires, url, carriers: carried.carriers };
    },
  };
}
