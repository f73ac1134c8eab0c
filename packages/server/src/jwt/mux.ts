import * as option from '../errors/options.ts';
import { folderScope, joinedScope, pathScope } from '../format-parts/opened-scope.ts';
import type { VerifyingTokenFormat } from '../token/token-format.ts';
import type { Scope } from '../url/scope.ts';
import { checkedClaims } from './claims.ts';
import type { Claims } from './claims.ts';
import type { JwtKey } from './jws.ts';
import { jwtFormat } from './jwt.ts';

export interface MuxOptions {
  /** Signing keys with their ids. Mux hands them out as PKCS#1: convert them to PKCS#8 first. */
  keys: readonly (JwtKey & { id: string })[];
  /**
   * More claims, such as `playback_restriction_id`: `verify` refuses tokens with this claim, which only Mux can judge.
   * The claims are read once, when the format is made: make another format for other claims.
   */
  params?: Readonly<Record<string, unknown>>;
  /** @default 86400 seconds */
  maxTtl?: number;
}

/** The purpose of a Mux token (`aud`), by the name of the file. */
const audiences: readonly (readonly [RegExp, string])[] = [
  [/^\/([\w-]+)\.m3u8$/, 'v'],
  [/^\/([\w-]+)\/[\w.-]+\.(?:mp4|m4a)$/, 'v'],
  [/^\/([\w-]+)\/thumbnail\.\w+$/, 't'],
  [/^\/([\w-]+)\/animated\.\w+$/, 'g'],
  [/^\/([\w-]+)\/storyboard\.\w+$/, 's'],
];

/**
 * Signs and verifies URLs for Mux signed playback: `?token=` on `stream.mux.com/PLAYBACK_ID.m3u8`, thumbnails,
 * animations and storyboards. The asset needs the playback policy "signed". Mux writes tokens into the playlists that
 * it serves.
 *
 * The token of a video is valid for its playlist `/ID.m3u8` and for its files `/ID/…`. So the scope that the hook of
 * the signing endpoint sees is the folder that holds both, `/`, with the two as its `parts`. The token of an image
 * opens what is below `/ID/`.
 *
 * @throws `ERR_OPTIONS`
 */
export function mux(options: MuxOptions): VerifyingTokenFormat {
  const { keys, params, maxTtl } = option.readOptions(options, {
    keys: option.keyEntries,
    params: (params = {}) => checkedClaims('params', params, ['sub', 'aud', 'kid', 'exp']),
    maxTtl: option.maxLifetime,
  });
  const claims = ({ pathname }: URL): (Claims & { sub: string; aud: string }) | undefined => {
    for (const [pattern, aud] of audiences) {
      const sub = pattern.exec(pathname)?.[1];
      if (sub !== undefined) return { sub, aud, ...params };
    }
    return undefined;
  };
  const opens = (url: URL): Scope => {
    const { sub, aud } = claims(url)!;
    const files = folderScope(url, `/${sub}/`);
    return aud === 'v' ? joinedScope(url, [pathScope(new URL(`/${sub}.m3u8`, url)), files]) : files;
  };
  return jwtFormat(
    { keys, maxTtl, algorithm: 'RS256', claims, opens },
    {
      name: 'mux',
      // Mux wants the key's id among the claims too. This claim says nothing about what a token opens.
      written: { kid: keys[0]?.id },
      unjudged: ['playback_restriction_id'],
    },
  );
}
