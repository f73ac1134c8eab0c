import { optionsError } from '../errors/options-error.ts';
import * as option from '../errors/options.ts';
import { judging } from '../format-parts/cdn-format.ts';
import { folderScope } from '../format-parts/opened-scope.ts';
import { pathToSign, writeExpiry } from '../format-parts/signing-format.ts';
import type { VerifyingTokenFormat } from '../token/token-format.ts';
import { refused } from '../token/verdict.ts';
import { canonicalPath } from '../url/canonical-path.ts';
import { hasFurtherClaims, refusedClaims, checkedClaims } from './claims.ts';
import { jws, readObject } from './jws.ts';
import type { JwtKey } from './jws.ts';

export interface CloudflareStreamOptions {
  /** Signing keys of the account with their ids: the `jwk` of the API, decoded. */
  keys: readonly (JwtKey & { id: string })[];
  /**
   * More claims, such as `accessRules` or `downloadable`. `verify` refuses tokens with `accessRules`. The claims are
   * read once, when the format is made: make another format for other claims.
   */
  params?: Readonly<Record<string, unknown>>;
  /** @default 86400 seconds, which is also what Cloudflare accepts */
  maxTtl?: number;
}

/**
 * Signs and verifies URLs of Cloudflare Stream: a token replaces the id of the video, `/TOKEN/manifest/video.m3u8`, and
 * HLS inherits it. The video needs `requireSignedURLs`. `verify` opens downloads only to tokens with `downloadable`. It
 * does not judge `accessRules`, and refuses tokens that have them.
 *
 * @throws `ERR_OPTIONS`
 */
export function cloudflareStream(options: CloudflareStreamOptions): VerifyingTokenFormat {
  const { keys, params, maxTtl } = option.readOptions(options, {
    keys: option.keyEntries,
    params: (params = {}) => checkedClaims('params', params, ['sub', 'kid', 'exp']),
    maxTtl: option.maxLifetime,
  });
  const signer = jws(keys, 'RS256');
  const kid = keys[0]?.id;
  /** Returns the id of the video. @throws `ERR_OPTIONS` for a URL that the format does not sign */
  const videoOf = (url: URL): string => {
    const video = /^\/([\da-f]{32})\//.exec(pathToSign(url, 'raw'))?.[1];
    if (video === undefined)
      throw optionsError(
        'url',
        'The path has no video id of 32 characters. ' +
          'Give a URL such as https://customer-x.cloudflarestream.com/VIDEO_ID/manifest/video.m3u8.',
      );
    return video;
  };

  return {
    name: 'cloudflare-stream',
    scope: 'prefix',
    maxTtl,

    opens: (url) => folderScope(url, `/${videoOf(url)}/`),

    bare(url) {
      const { token, rest } = readPath(url.pathname) ?? {};
      const sub = videoId(readObject(token?.split('.')[1])?.sub);
      return sub === undefined ? url : new URL(`${url.origin}/${sub}${rest}${url.search}`);
    },

    async sign(url, expires) {
      const sub = videoOf(url);
      writeExpiry(expires);
      const token = await signer.sign({ ...params, sub, kid }, expires);
      return { prefix: `${url.origin}/${sub}/`, base: `${url.origin}/${token}/`, expires };
    },

    verify: judging(async ({ url }, now) => {
      const { token, rest } = readPath(url.pathname) ?? {};
      if (token === undefined) return refused.missing;
      const path = canonicalPath(url.pathname, 'decoded');
      if (path === undefined) return refused.malformed;
      const found = await signer.read(token);
      if (typeof found === 'string') return refused[found];
      const sub = videoId(found.sub);
      if (sub === undefined) return refused.malformed;
      const refusal = refusedClaims(found, params, { now, maxTtl, unjudged: ['accessRules'] });
      if (refusal) return refusal;
      if (path.startsWith('/downloads/', token.length + 1) && found.downloadable !== true)
        return { ...refused.signature, claim: 'downloadable', detail: 'downloads need it' };
      const conditional = hasFurtherClaims(found, { ...params, sub });
      return { ok: true, expires: found.exp, url: `${url.origin}/${sub}${rest}${url.search}`, conditional };
    }),
  };
}

function readPath(pathname: string): { token: string; rest: string } | undefined {
  const [, token, rest] = /^\/([\w-]+\.[\w-]+\.[\w-]+)(\/.*)$/.exec(pathname) ?? [];
  return token === undefined || rest === undefined ? undefined : { token, rest };
}

function videoId(sub: unknown): string | undefined {
  return typeof sub === 'string' && /^[\da-f]{32}$/.test(sub) ? sub : undefined;
}
