export { commonAccessToken } from './cat/common-access-token.ts';
export type { CommonAccessTokenOptions } from './cat/cat-options.ts';
export type { CborClaims } from './cat/cbor.ts';
export type { CatAlgorithm, CatKey } from './cat/cose-key.ts';
export type { TokenUse } from './cat/judge-claims.ts';
export type { CatProfile } from './cat/profiles.ts';
export type { CatRenewal } from './cat/renewal.ts';
export type { UriConditions } from './cat/uri-conditions.ts';
