import type { SecureTokenError, SignedRequest } from 'secure-token-core';
import { hasController, needsUseCredentials, untouchedRequest, workerSigns } from 'secure-token-core/adapter';
import { NativeSource, assertFitsElement, fitsElement } from 'secure-token-media-element';
import type Player from 'video.js/dist/types/player.js';
import type { Session } from './session.ts';
import { askPatiently, isForViewer } from './session.ts';
import type { Videojs } from './vhs.ts';
import { isForVhs, techOf } from './vhs.ts';

/** A source of a player. */
export interface PlayerSource {
  src: string;
}

export type NextMiddleware = (error: unknown, source: PlayerSource) => void;

/**
 * The events that Video.js would take for another source: it would show the poster, mute for `autoplay: 'muted'` and
 * start to play.
 */
const HIDDEN_EVENTS = ['loadstart'];

/**
 * Resolves to the request for the browser's own player: `url` unchanged if a worker signs it, or else signed.
 * @throws as `askPatiently`; `ERR_SIGNING_RESPONSE` if the token cannot travel in a URL or a cookie
 */
export async function requestFor(session: Session, url: string, wait: AbortController): Promise<SignedRequest> {
  if (await workerSigns(url)) return untouchedRequest(url);
  const request = await askPatiently(session, wait, (how) => session.source.sign(url, how));
  assertFitsElement(request);
  return request;
}

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

/** Keeps the element of the player, which plays `request` without VHS, playing until `signal` aborts. */
function keepPlaying({ player, source, failure, events }: Session, request: SignedRequest, signal: AbortSignal): void {
  const media = techOf(player)?.el();
  if (signal.aborted || !(media instanceof HTMLMediaElement)) return;
  const options = {
    source,
    events,
    url: request.unsignedUrl,
    hiddenEvents: HIDDEN_EVENTS,
    listener: {
      onOutage: (error: SecureTokenError) => {
        // with a picture on screen, an outage is only a stall
        if (!player.readyState()) failure.show(error);
      },
      onRecovery: () => failure.withdraw(),
      onFailure: (error: unknown, wasPlaying: boolean) => {
        if (isForViewer(error)) failure.show(error, wasPlaying);
        else if (media.error) media.dispatchEvent(new Event('error'));
      },
    },
  };
  const native = new NativeSource(media, options, request);
  signal.addEventListener('abort', () => native.release());
}

/**
 * The middleware of a player: signs sources that VHS will not handle before the player gets them, and keeps them
 * playing.
 */
export class SourceMiddleware {
  readonly #videojs: Videojs;
  readonly #session: Session;
  #current: AbortController | undefined;

  constructor(videojs: Videojs, session: Session) {
    this.#videojs = videojs;
    this.#session = session;
  }

  setSource(given: PlayerSource, next: NextMiddleware): void {
    const { player, source, failure } = this.#session;
    const { src } = given;
    // an answer for an older source must not replace this one
    this.dispose();
    failure.forget();
    source.allow(src);
    const isProtected = source.protects(src);
    if (isProtected) detachMarkupSource(player);
    if (!isProtected || isForVhs(this.#videojs, player, given)) {
      next(null, given);
      return;
    }
    const wait = new AbortController();
    this.#current = wait;
    const { signal } = wait;
    const give = (request: SignedRequest): void => {
      if (signal.aborted) return;
      sendCookies(player, request);
      next(null, { ...given, src: request.url });
      player.ready(() => keepPlaying(this.#session, request, signal), true);
    };
    // Video.js gives an element its source at once: so does this if there is nothing to wait for
    const atHand = hasController() ? undefined : source.signNow(src);
    if (atHand && fitsElement(atHand)) give(atHand);
    else
      requestFor(this.#session, src, wait).then(give, (error: unknown) => {
        if (isForViewer(error)) failure.show(error);
      });
  }

  dispose(): void {
    this.#current?.abort();
  }
}
