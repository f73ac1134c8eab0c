import type { SignedRequest } from 'secure-token-core';
import type Player from 'video.js/dist/types/player.js';
import { techOf } from './vhs.ts';

/**
 * Sets the CORS mode that `request` needs: an element in `anonymous` mode leaves cookies out, and Firefox shows a worker
 * what goes to another origin only in a CORS mode.
 */
export function setCrossOrigin(player: Player, { credentials, token }: SignedRequest): void {
  const { options_, tag } = player as unknown as { options_: Record<string, unknown>; tag?: HTMLMediaElement | null };
  // what was given at creation Video.js sets once its tech is there, and calls of now after that
  const mode = techOf(player) ? player.crossOrigin() : (options_.crossOrigin ?? options_.crossorigin);
  const wanted = mode ? credentials && 'use-credentials' : !token && 'anonymous';
  if (!wanted) return;
  player.crossOrigin(wanted);
  if (tag) tag.crossOrigin = wanted;
}
