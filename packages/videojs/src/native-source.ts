import type { SecureTokenError, SignedRequest } from 'secure-token-core';
import { isSecureTokenError } from 'secure-token-core';
import { hasController, untouchedRequest, workerSigns } from 'secure-token-core/adapter';
import { NativeSource, assertFitsElement, fitsElement } from 'secure-token-media-element';
import type { Session } from './session.ts';
import { signOrWait } from './session.ts';

/**
 * Resolves to the request for the browser's own player: `url` unchanged if a worker signs it, or else signed.
 * @throws as `signOrWait`; `ERR_SIGNING_RESPONSE` if the token cannot travel in a URL or a cookie
 */
export async function requestFor(session: Session, url: string, wait: AbortController): Promise<SignedRequest> {
  if (await workerSigns(url)) return untouchedRequest(url);
  const { source } = session;
  const request = source.signNow(url) ?? (await signOrWait(session, wait, (options) => source.sign(url, options)));
  assertFitsElement(request);
  return request;
}

/**
 * Returns the request for the browser's own player if neither a worker nor the endpoint has to be asked, because
 * Video.js gives an element its source at once.
 */
export function requestAtHand({ source }: Session, url: string): SignedRequest | undefined {
  const request = hasController() ? undefined : source.signNow(url);
  return request && fitsElement(request) ? request : undefined;
}

/**
 * The events that Video.js would take for another source: it would show the poster, mute for `autoplay: 'muted'` and
 * start to play.
 */
const HIDDEN_EVENTS = ['loadstart'];

/** Whether the viewer sees `error`. For any other failure, the `error` event of the element tells the player. */
const isForViewer = (error: unknown): error is SecureTokenError =>
  isSecureTokenError(error) && error.code !== 'ERR_DESTROYED';

/** Keeps `media`, which plays `request` without VHS, playing until `signal` aborts. */
export function maintainNativeSource(
  media: HTMLMediaElement,
  { player, source, failure }: Session,
  request: SignedRequest,
  signal: AbortSignal,
): void {
  const native = new NativeSource(
    media,
    {
      source,
      url: request.unsignedUrl,
      hiddenEvents: HIDDEN_EVENTS,
      listener: {
        onOutage: (error) => {
          // with a picture on screen, an outage is only a stall
          if (!player.readyState()) failure.show(error);
        },
        onRecovery: () => failure.withdraw(),
        onFailure: (error, wasPlaying) => {
          if (isForViewer(error)) failure.show(error, wasPlaying);
          else if (media.error) media.dispatchEvent(new Event('error'));
        },
      },
    },
    request,
  );
  signal.addEventListener('abort', () => native.release());
}
