import { bytesToHex, hexToBytes } from '@noble/hashes/utils.js';
import { digest, sha256 } from '../crypto/hash.ts';
import { privateKeySigner } from '../crypto/signer.ts';
import * as option from '../errors/options.ts';
import type { TokenFormat } from '../token/token-format.ts';
import { decodeOnce } from '../url/canonical-path.ts';
import { credential, presigned, presignedFormat } from './presigned-format.ts';
import type { PresignedOptions } from './presigned-format.ts';

export interface GoogleStorageOptions extends PresignedOptions {
  /** `client_email` of the service account's key file. */
  clientEmail: string;
  /** `private_key` of that file: PKCS#8 in PEM. */
  privateKey: string;
}

const ownHosts = /^(.+\.)?storage\.googleapis\.com$/;

/**
 * Signs URLs of Google Cloud Storage (V4 signing process, with the RSA key of a service account). Each token opens one
 * object for GET, ranges included. The store is the edge: this format only signs.
 *
 * @throws `ERR_OPTIONS`; from `sign` for a URL that is no object of the store, and for a query with a name that
 *   `params` does not contain
 */
export function googleStorage(options: GoogleStorageOptions): TokenFormat {
  const { clientEmail } = option.readOptions(options, {
    clientEmail: credential,
    privateKey: option.given,
    ...presigned,
  });
  const signer = privateKeySigner(options.privateKey, 'SHA-256', bytesToHex, hexToBytes);

  return presignedFormat(options, {
    name: 'google-storage',
    prefix: 'X-Goog-',
    ownHosts,
    async sign(url, { date, lifetime }) {
      const scope = `${date.slice(0, 8)}/auto/storage/goog4_request`;
      const query = {
        'X-Goog-Algorithm': 'GOOG4-RSA-SHA256',
        'X-Goog-Credential': `${clientEmail}/${scope}`,
        'X-Goog-Date': date,
        'X-Goog-Expires': String(lifetime),
        'X-Goog-SignedHeaders': 'host',
      };
      const request = canonicalRequest(url, query);
      const text = ['GOOG4-RSA-SHA256', date, scope, digest(sha256, request, 'hex')].join('\n');
      return { ...query, 'X-Goog-Signature': await signer.sign(text) };
    },
  });
}

/** Returns the canonical request: a GET in which the host is the only signed header. */
function canonicalRequest({ host, pathname, search }: URL, query: Readonly<Record<string, string>>): string {
  const own = Object.entries(query).map((pair) => pair.map(encoded) as [string, string]);
  const others = search.slice(1).split('&').filter(Boolean).map(encodedPair);
  const path = pathname.split('/').map(reencoded).join('/');
  const sorted = [...own, ...others].sort(([a], [b]) => (a < b ? -1 : 1));
  const parameters = sorted.map((pair) => pair.join('=')).join('&');
  return ['GET', path, parameters, `host:${host}`, '', 'host', 'UNSIGNED-PAYLOAD'].join('\n');
}

function encodedPair(pair: string): [string, string] {
  const [name = '', value = ''] = pair.split(/=(.*)/s);
  return [reencoded(name), reencoded(value)];
}

/** Returns the one spelling of a text, whatever escapes the URL has. */
function reencoded(written: string): string {
  return encoded(decodeOnce(written) ?? written);
}

/** Escapes everything except letters, digits and `-._~` (RFC 3986 section 2.3). */
function encoded(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (each) => `%${each.charCodeAt(0).toString(16).toUpperCase()}`);
}
