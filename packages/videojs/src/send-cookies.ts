import type { SignedRequest } from 'secure-token-core';
import { needsUseCredentials } from 'secure-token-core/adapter';
import type Player from 'video.js/dist/types/player.js';
import { techOf } from './vhs.ts';

/** Lets an element in CORS mode send the token of `request` if that is a cookie. */
export function sendCookies(player: Player, request: SignedRequest): void {
  const { options_, tag } = player as unknown as { options_: Record<string, unknown>; tag?: HTMLMediaElement | null };
  // what was given at creation Video.js sets once its tech is there, and calls of now after that
  const mode = techOf(player) ? player.crossOrigin() : (options_.crossOrigin ?? options_.crossorigin);
  if (!needsUseCredentials(request, mode as string | null | undefined)) return;
  player.crossOrigin('use-credentials');
  if (tag) tag.crossOrigin = 'use-credentials';
}
