import type { VerifyingTokenFormat } from '../../token/token-format.ts';
import { googleSignature } from './google-signature.ts';
import type { GoogleSignatureOptions } from './google-signature.ts';

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
