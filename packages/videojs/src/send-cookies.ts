import type { SignedRequest } from 'secure-token-core';
import { needsUseCredentials } from 'secure-token-core/adapter';
import type Player from 'video.js/dist/types/player.js';
import { techOf } from './vhs.ts';

/** Makes an element in CORS mode send cookies if the token of `request` is a cookie. */
export function sendCookies(player: Player, request: SignedRequest): void {
  const { options_, tag } = player as unknown as { options_: Record<string, unknown>; tag?: HTMLMediaElement | null };
  // without a tech, the mode is still in the options: Video.js sets it with the tech, and makes the call below after
  // that
  const mode = techOf(player) ? player.crossOrigin() : (options_.crossOrigin ?? options_.crossorigin);
  if (!needsUseCredentials(request, mode as string | null | undefined)) return;
  player.crossOrigin('use-credentials');
  if (tag) tag.crossOrigin = 'use-credentials';
}
