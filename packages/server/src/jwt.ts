export * from './jwt/cloudflare-stream.ts';
export type { JwtAlgorithm, JwtKey } from './jwt/jws.ts';
export { jwPlayer, jwt } from './jwt/jwt.ts';
export type { JwPlayerOptions, JwtOptions } from './jwt/jwt.ts';
export * from './jwt/mux.ts';
