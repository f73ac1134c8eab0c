import type { VerifyingTokenFormat } from '../../token/token-format.ts';
import { googleSignature } from './google-signature.ts';
import type { GoogleSignatureOptions } from './google-signature.ts';

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
