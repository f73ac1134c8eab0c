export type { UriConditions } from './cat/cat-claims.ts';
export { commonAccessToken } from './cat/common-access-token.ts';
export type { CommonAccessTokenOptions } from './cat/common-access-token.ts';
