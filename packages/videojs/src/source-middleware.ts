import type { SecureTokenError, SignedRequest } from 'secure-token-core';
import type Player from 'video.js/dist/types/player.js';
import { sendCookies } from './send-cookies.ts';
import { maintainNativeSource, requestAtHand, requestFor } from './native-source.ts';
import type { Session } from './session.ts';
import type { Videojs } from './vhs.ts';
import { isForVhs, techOf } from './vhs.ts';

export interface PlayerSource {
  src: string;
  type?: string;
}

export type NextMiddleware = (error: unknown, source: PlayerSource) => void;

/**
 * The middleware for sources that VHS will not handle: signs them before the player gets them, and keeps them playing.
 */
export interface SourceMiddleware {
  setSource(source: PlayerSource, next: NextMiddleware): void;
  dispose(): void;
}

/**
 * Removes the source of a `<video>` in the page, and makes Video.js treat it as a source that has failed. The browser
 * may have begun to load this source without a token, or begin when Video.js sets `preload`, and Video.js might not set
 * a source of its own then.
 */
function detachMarkupSource(player: Player): void {
  const { tag } = player as unknown as { tag?: HTMLMediaElement | null };
  if (!tag) return;
  tag.removeAttribute('src');
  tag.querySelectorAll('source').forEach((element) => element.remove());
  tag.load();
  Object.assign(tag, { initNetworkState_: HTMLMediaElement.NETWORK_NO_SOURCE });
}

export function createSourceMiddleware(videojs: Videojs, session: Session): SourceMiddleware {
  const { player, source, failure, refusal } = session;
  let current: AbortController | undefined;
  const stop = (): void => current?.abort();
  return {
    setSource(given, next) {
      // an answer for an older source must not replace this one
      stop();
      failure.forget();
      refusal.forget();
      source.allow(given.src);
      const isProtected = source.protects(given.src);
      if (isProtected) detachMarkupSource(player);
      if (!isProtected || isForVhs(videojs, player, given)) {
        next(null, given);
        return;
      }
      const controller = (current = new AbortController());
      const { signal } = controller;
      const give = (request: SignedRequest): void => {
        if (signal.aborted) return;
        sendCookies(player, request);
        next(null, { ...given, src: request.url });
        player.ready(() => {
          const media = (techOf(player) as { el?(): Element } | undefined)?.el?.();
          if (!signal.aborted && media instanceof HTMLMediaElement)
            maintainNativeSource(media, session, request, signal);
        }, true);
      };
      const request = requestAtHand(session, given.src);
      if (request) {
        give(request);
        return;
      }
      requestFor(session, given.src, controller).then(give, (error: unknown) => {
        if (!signal.aborted) failure.show(error as SecureTokenError);
      });
    },
    dispose: stop,
  };
}
