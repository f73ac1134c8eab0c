export { cloudflareStream } from './jwt/cloudflare-stream.ts';
export type { CloudflareStreamOptions } from './jwt/cloudflare-stream.ts';
export { jwPlayer } from './jwt/jw-player.ts';
export type { JwPlayerOptions } from './jwt/jw-player.ts';
export type { JwtAlgorithm, JwtKey } from './jwt/jwt-signer.ts';
export { jwt } from './jwt/jwt.ts';
export type { JwtOptions } from './jwt/jwt.ts';
export { mux } from './jwt/mux.ts';
export type { MuxOptions } from './jwt/mux.ts';
