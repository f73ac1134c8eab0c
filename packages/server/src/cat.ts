export { inspectCommonAccessToken } from './cat/cat-key.ts';
export type { CatAlgorithm, CatKey, InspectedClaim, InspectedToken } from './cat/cat-key.ts';
export type { CatProfile, CommonAccessTokenOptions } from './cat/cat-options.ts';
export { commonAccessToken } from './cat/common-access-token.ts';
export type { CborClaims } from './cat/cose.ts';
export type { TokenUse } from './cat/judge-claims.ts';
export type { CatRenewal } from './cat/renewal.ts';
export type { UriConditions } from './cat/uri-conditions.ts';
export type { Jwk } from './crypto/key-pair.ts';
