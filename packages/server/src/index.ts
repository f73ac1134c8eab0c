export type { SecretOptions, SecretSource } from './crypto/secret-list.ts';
export { createEdgeHandler } from './edge/create-edge-handler.ts';
export type { EdgeHandlerOptions, EdgeRenewal } from './edge/create-edge-handler.ts';
export type { Origin } from './edge/origin-fetch.ts';
export type { EdgeRefusal } from './edge/edge-refusal.ts';

export type { RateLimiter } from './endpoint/rate-limit.ts';
export { createSigningEndpoint } from './endpoint/create-signing-endpoint.ts';
export type { Grant } from './endpoint/grant.ts';
export type { RateLimitOptions } from './endpoint/rate-limit.ts';
export type { SigningEndpointOptions } from './endpoint/signing-endpoint-options.ts';
export { tokensFor } from './endpoint/tokens-for.ts';
export type { TokensForOptions } from './endpoint/tokens-for.ts';
export { bunny } from './formats/bunny.ts';
export type { BunnyOptions } from './formats/bunny.ts';
export { cloudFront } from './formats/cloud-front.ts';
export type { CloudFrontOptions } from './formats/cloud-front.ts';
export { cloudflare } from './formats/cloudflare.ts';
export type { CloudflareOptions } from './formats/cloudflare.ts';
export { edgeAuth } from './formats/edge-auth.ts';
export type { EdgeAuthOptions } from './formats/edge-auth.ts';
export { fastly } from './formats/fastly.ts';
export type { FastlyOptions } from './formats/fastly.ts';
export { cloudCdn, mediaCdn } from './formats/google-cdn.ts';
export type { CloudCdnOptions, GoogleKey, MediaCdnOptions } from './formats/google-cdn.ts';
export { mediaCdnToken } from './formats/media-cdn-token.ts';
export type { MediaCdnTokenOptions } from './formats/media-cdn-token.ts';
export { secureLinkLayouts } from './formats/secure-link-layouts.ts';
export { secureLink } from './formats/secure-link.ts';
export type { SecureLinkLayout, SecureLinkOptions } from './formats/secure-link.ts';
export { azion } from './formats/azion.ts';
export type { AzionFormat, AzionOptions } from './formats/azion.ts';
export { wowza } from './formats/wowza.ts';
export type { WowzaOptions } from './formats/wowza.ts';
export type { CorsOptions } from './http/cors.ts';
export { jsonForScript } from './endpoint/tokens-for.ts';
export { lazyHandler } from './http/lazy-handler.ts';
export type {
  FastifyReplyLike,
  FastifyRequestLike,
  NodeHandler,
  NodeHandlerOptions,
  NodeRequest,
  NodeResponse,
} from './node/to-node-handler.ts';
export { toNodeHandler } from './node/to-node-handler.ts';
export type { ExpandOptions } from './playlist/playlist-expander.ts';
export { playlistUrls } from './playlist/sign-playlist.ts';
export type { PlaylistUrl } from './playlist/sign-playlist.ts';
export type { Admission, EndedList, SessionCall, Sessions, ViewerSession } from './sessions/sessions.ts';
export { azureBlob } from './stores/azure-blob.ts';
export type { AzureBlobOptions } from './stores/azure-blob.ts';
export { googleStorage } from './stores/google-storage.ts';
export type { GoogleStorageOptions } from './stores/google-storage.ts';
export { signPlaylist } from './playlist/sign-playlist.ts';
export type { SignPlaylistOptions } from './playlist/sign-playlist.ts';
export { signUrl } from './token/sign-url.ts';
export type { SignUrlOptions } from './token/sign-url.ts';
export type {
  FormatSource,
  JudgedRequest,
  RenewedToken,
  SignedToken,
  TokenFormat,
  VerifyingTokenFormat,
} from './token/token-format.ts';
export type { GrantedVerdict, RefusedVerdict, Verdict } from './token/verdict.ts';
export { verifyUrl } from './token/sign-url.ts';
export type { VerifyUrlOptions } from './token/sign-url.ts';
export type { Scope } from './url/scope.ts';
export type { UrlRule } from './url/url-rule.ts';
