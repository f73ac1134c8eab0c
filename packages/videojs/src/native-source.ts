import type { SignedRequest } from 'secure-token-core';
import { SecureTokenError, untouchedRequest, workerSigns } from 'secure-token-core';
import type { Session } from './session.ts';
import { replayForPlayer, signOrWait as persist } from './session.ts';
import { swapSource } from './swap-source.ts';

const NETWORK = 2;
const NOT_SUPPORTED = 4;

/** What the edge says to the URL that the media element failed with; 0 if it does not tell this page. */
export const probe = async ({ url, credentials }: SignedRequest, signal: AbortSignal): Promise<number> => {
  try {
    const init = { headers: { Range: 'bytes=0-0' }, signal, ...(credentials && { credentials: 'include' as const }) };
    const response = await fetch(url, init);
    await response.body?.cancel();
    return response.status;
  } catch {
    return 0;
  }
};

/** Whether `media` can go on for half a second, or to its end, with what it has. */
const isBuffered = ({ buffered, currentTime, duration }: HTMLMediaElement): boolean => {
  for (let i = 0; i < buffered.length; i++) {
    if (buffered.start(i) <= currentTime && Math.min(currentTime + 0.5, duration - 0.1) < buffered.end(i)) return true;
  }
  return false;
};

/**
 * Signs `url` for the browser's own player. @throws as `persist`, and if the token cannot travel in a URL or a cookie
 */
async function signNative(session: Session, url: string, wait: AbortController): Promise<SignedRequest> {
  const request =
    session.source.peek(url) ?? (await persist(session, wait, (options) => session.source.sign(url, options)));
  if (Object.keys(request.headers).length) {
    throw new SecureTokenError(
      'ERR_SIGNING_RESPONSE',
      'The browser plays this source itself, and sends no token in headers',
      { url },
    );
  }
  return request;
}

/**
 * What the browser's own player is to ask for: `url` as it is if a worker signs that, else signed. @throws as
 * `signNative`
 */
export const requestFor = async (session: Session, url: string, wait: AbortController): Promise<SignedRequest> =>
  (await workerSigns(url)) ? untouchedRequest(url) : signNative(session, url, wait);

/**
 * Keeps `media` alive, which plays `request` by itself. The token is replaced late: only when the element needs another
 * request (a seek outside the buffer, a stall, an error) and the token it has is dead, because a new URL is a new load.
 * What a worker signs is replaced when it fails or the worker has gone: Chromium asks for half a minute before it
 * fails.
 */
export function keepAlive(
  media: HTMLMediaElement,
  session: Session,
  request: SignedRequest,
  wait: AbortController,
): void {
  const { source } = session;
  const { signal } = wait;
  // of this element: something else may have wrapped them there
  const play = media.play.bind(media);
  const pause = media.pause.bind(media);
  let current = request;
  let replacing: Promise<boolean> | undefined;
  let swaps = 0;
  /** An element that has failed does not play, and does not remember that it was asked to. */
  let wanted = false;
  let loading = false;
  let passing = false;

  /** The request that takes the place of the current one, if that is dead. */
  const anew = async (hasFailed: boolean): Promise<SignedRequest | undefined> => {
    if (!current.token)
      return hasFailed || !(await workerSigns(current.url)) ? signNative(session, current.url, wait) : undefined;
    const status = hasFailed ? await probe(current, signal) : 0;
    return persist(session, wait, (options) => replayForPlayer(session, current, status, options));
  };
  const attempt = async (): Promise<boolean> => {
    const failed = media.error;
    const replay = await anew(!!failed).catch(() => undefined);
    if (signal.aborted) return false;
    // it may have failed meanwhile
    if (!replay) return media.error !== failed && attempt();
    current = replay;
    swaps++;
    loading = true;
    // signed anew once it plays: refused again before that, it stays refused
    swapSource(
      media,
      replay.url,
      wanted || !media.paused,
      () => (current = source.peek(request.unsignedUrl) ?? replay),
      signal,
    );
    wanted = false;
    return true;
  };
  /** Swaps if the edge refuses the current token, or if that has expired. Resolves to whether it did. */
  const replace = (): Promise<boolean> => (replacing ??= attempt().finally(() => (replacing = undefined)));

  Object.assign(media, {
    async play() {
      const before = swaps;
      if (media.error) wanted = true;
      try {
        await play();
      } catch (error) {
        await (media.error ? replace() : replacing);
        // interrupted by the new source, not by the viewer
        if (swaps === before || media.paused) throw error;
        await play();
      }
    },
    pause() {
      wanted = false;
      pause();
    },
  });
  signal.addEventListener('abort', () => Object.assign(media, { play, pause }));

  const onNeed = ({ type }: Event): void => {
    if (!isBuffered(media) && !(type === 'stalled' && media.paused)) void replace();
  };
  const onError = (event: Event): void => {
    const { code } = media.error ?? {};
    if (passing || (code !== NETWORK && code !== NOT_SUPPORTED)) return;
    event.stopImmediatePropagation();
    void replace().then((replaced) => {
      if (replaced || signal.aborted) return;
      passing = true;
      media.dispatchEvent(new Event('error'));
      passing = false;
    });
  };
  // to Video.js this is another source: it would show the poster, mute for `autoplay: 'muted'` and start to play
  const onLoadStart = (event: Event): void => {
    if (loading) event.stopImmediatePropagation();
    loading = false;
  };
  for (const type of ['seeking', 'waiting', 'stalled']) media.addEventListener(type, onNeed, { signal });
  media.addEventListener('error', onError, { signal, capture: true });
  media.addEventListener('loadstart', onLoadStart, { signal, capture: true });
}
