import { canonicalPath } from '../canonical-path.ts';
import { optionsError } from '../options-error.ts';
import type { TokenFormat } from '../token-format.ts';
import { refused } from '../verdict.ts';
import { jwtSigner } from './jwt-signer.ts';
import type { JwtKey } from './jwt-signer.ts';
import { refusedClaims } from './jwt-verdict.ts';

export interface CloudflareStreamOptions {
  /** Signing keys of the account with their ids: the `jwk` of the API, decoded. */
  keys: readonly (JwtKey & { id: string })[];
  /** More claims, such as `accessRules` or `downloadable`. */
  params?: Readonly<Record<string, unknown>>;
  /** @default 86400 seconds, which is also what Cloudflare accepts */
  maxTtl?: number;
}

/**
 * Cloudflare Stream: a token takes the place of the video's id, `/TOKEN/manifest/video.m3u8`, and HLS inherits it. The video
 * needs `requireSignedURLs`.
 *
 * @throws `ERR_OPTIONS`
 */
export function cloudflareStream({ keys, params = {}, maxTtl = 86_400 }: CloudflareStreamOptions): TokenFormat {
  const signer = jwtSigner(keys, 'RS256');
  const kid = keys[0]?.id;

  return {
    name: 'cloudflare-stream',
    scope: 'prefix',
    maxTtl,

    async sign(url, expires) {
      const sub = /^\/([\da-f]{32})\//.exec(url.pathname)?.[1];
      if (sub === undefined || canonicalPath(url.pathname, 'raw') === undefined) {
        throw optionsError('url', 'give one below the 32 characters of a video id');
      }
      if (!/^[1-9]\d{9}$/.test(String(expires))) throw optionsError('expires', 'give unix seconds, ten digits');
      const token = await signer.sign({ sub, kid, ...params }, expires);
      return { prefix: `${url.origin}/${sub}/`, base: `${url.origin}/${token}/`, expires };
    },

    async verify(request, now) {
      const { origin, pathname, search } = new URL(request.url);
      const [, token, rest] = /^\/([\w-]+\.[\w-]+\.[\w-]+)(\/.*)$/.exec(pathname) ?? [];
      if (token === undefined || rest === undefined) return refused.missing;
      if (canonicalPath(pathname, 'raw') === undefined) return refused.malformed;
      const found = await signer.read(token);
      if (found && !/^[\da-f]{32}$/.test(String(found.sub))) return refused.malformed;
      const refusal = refusedClaims(found, params, { now, maxTtl });
      return refusal ?? { ok: true, expires: found?.exp ?? 0, url: `${origin}/${String(found?.sub)}${rest}${search}` };
    },
  };
}
