export { cloudflareStream } from './jwt/cloudflare-stream.ts';
export type { CloudflareStreamOptions } from './jwt/cloudflare-stream.ts';
export type { JwtAlgorithm, JwtKey } from './jwt/jws.ts';
export { jwPlayer, jwt } from './jwt/jwt.ts';
export type { JwPlayerOptions, JwtOptions } from './jwt/jwt.ts';
export { mux } from './jwt/mux.ts';
export type { MuxOptions } from './jwt/mux.ts';
