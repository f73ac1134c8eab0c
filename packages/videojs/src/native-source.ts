import type { SignedRequest } from 'secure-token-core';
import { SecureTokenError } from 'secure-token-core';
import type { Session } from './persist.ts';
import { persist } from './persist.ts';

const NETWORK = 2;
const NOT_SUPPORTED = 4;

/** What the edge says to the URL that the media element failed with; 0 if it does not tell this page. */
const probe = async ({ url, credentials }: SignedRequest, signal: AbortSignal): Promise<number> => {
  try {
    const init = { headers: { Range: 'bytes=0-0' }, signal, ...(credentials && { credentials: 'include' as const }) };
    const response = await fetch(url, init);
    await response.body?.cancel();
    return response.status;
  } catch {
    return 0;
  }
};

const isBuffered = ({ buffered, currentTime }: HTMLMediaElement): boolean => {
  for (let i = 0; i < buffered.length; i++) if (buffered.start(i) <= currentTime && currentTime < buffered.end(i)) return true;
  return false;
};

/** Gives `media` another URL of the same source in mid-play: it goes on where it was, as it was. */
function swap(media: HTMLMediaElement, url: string, onLoaded: () => void, signal: AbortSignal): void {
  const { currentTime, playbackRate, paused, duration } = media;
  media.addEventListener(
    'loadedmetadata',
    () => {
      // live: the edge is where the new playlist says
      if (duration !== Infinity) media.currentTime = currentTime;
      media.playbackRate = playbackRate;
      onLoaded();
    },
    { once: true, signal },
  );
  media.src = url;
  if (!paused) media.play().catch(() => undefined);
}

/** Signs `url` for the browser's own player. @throws as `persist`, and if the token cannot travel in a URL or a cookie */
export async function signNative(session: Session, url: string, signal: AbortSignal): Promise<SignedRequest> {
  const request = session.source.peek(url) ?? (await persist(session, signal, (options) => session.source.sign(url, options)));
  if (Object.keys(request.headers).length) {
    throw new SecureTokenError('ERR_SIGNING_RESPONSE', 'The browser plays this source itself, and sends no token in headers', { url });
  }
  return request;
}

/**
 * Keeps `media` alive, which plays `request` by itself. The token is replaced late: only when the element needs another
 * request (a seek outside the buffer, a stall, an error) and the token it has is dead, because a new URL is a new load.
 */
export function keepAlive(media: HTMLMediaElement, session: Session, request: SignedRequest, signal: AbortSignal): void {
  const { source } = session;
  let current = request;
  let asking = false;
  let passing = false;

  /** Swaps if the edge refuses the current token with `status`; 0: if it has expired. */
  const replace = async (status: (request: SignedRequest) => Promise<number>, otherwise?: () => void): Promise<void> => {
    if (asking) return;
    asking = true;
    const code = await status(current);
    const replay = await persist(session, signal, (options) => source.refused(current, code, options)).catch(() => undefined);
    asking = false;
    if (signal.aborted) return;
    if (!replay) {
      otherwise?.();
      return;
    }
    current = replay;
    // signed anew once it plays: refused again before that, it stays refused
    swap(media, replay.url, () => (current = source.peek(request.source) ?? replay), signal);
  };

  const onNeed = (): void => {
    if (!isBuffered(media)) void replace(() => Promise.resolve(0));
  };
  const onError = (event: Event): void => {
    const { code } = media.error ?? {};
    if (passing || (code !== NETWORK && code !== NOT_SUPPORTED)) return;
    event.stopImmediatePropagation();
    void replace(
      (failed) => probe(failed, signal),
      () => {
        passing = true;
        media.dispatchEvent(new Event('error'));
        passing = false;
      },
    );
  };
  for (const type of ['seeking', 'waiting', 'stalled']) media.addEventListener(type, onNeed, { signal });
  media.addEventListener('error', onError, { signal, capture: true });
}
