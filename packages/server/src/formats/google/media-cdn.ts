import type { VerifyingTokenFormat } from '../../token/token-format.ts';
import { googleSignature } from './google-signature.ts';
import type { GoogleSignatureOptions } from './google-signature.ts';

export interface MediaCdnOptions extends GoogleSignatureOptions {
  /** In the path HLS inherits it: `…/edge-cache-token=…/`. @default 'path' */
  carrier?: 'path' | 'query' | 'cookie';
}

/**
 * Google Media CDN signed requests: Ed25519, in the path, the query or a cookie (`Edge-Cache-Cookie`). The keyset of
 * the route (`signedRequestKeyset`, `signedRequestMode: REQUIRE_SIGNATURES`) must have the public keys under the same
 * names. The scheme is part of what is signed: behind a TLS terminator, `verify` must be given the https URL. For the
 * short and long tokens (`REQUIRE_TOKENS`) see `mediaCdnToken`.
 *
 * @throws `ERR_OPTIONS`
 */
export function mediaCdn(options: MediaCdnOptions): VerifyingTokenFormat {
  const { carrier = 'path' } = options;
  return googleSignature('media-cdn', options, { algorithm: 'ed25519', cookieName: 'Edge-Cache-Cookie', carrier });
}
