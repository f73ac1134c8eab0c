import type { SignedRequest, SourceUser, TokenSource } from 'secure-token-core';
import { SecureTokenError, isSecureTokenError, workerSigns } from 'secure-token-core';
import { lastingPlay } from './lasting-play.ts';
import { lastingSeek } from './lasting-seek.ts';
import { pause } from './pause.ts';
import { checkFailure } from './playback-failure.ts';
import type { SwapReason } from './swap-need.ts';
import { observeNeed } from './swap-need.ts';
import { swapSource } from './swap-source.ts';

export interface KeepPlayingOptions {
  readonly source: TokenSource;
  /** This player, among others that may share the source. */
  readonly user: SourceUser;
  /** Unsigned, absolute. */
  readonly url: string;
  readonly via?: 'worker' | 'swap' | undefined;
  readonly emit: (type: 'swap' | 'error', detail: object) => void;
}

export interface Playback {
  readonly via: () => 'worker' | 'swap';
  /** Gives the element its first source. */
  readonly start: () => Promise<void>;
  /** Goes on, if playback has failed for good. */
  readonly restart: () => void;
  readonly stop: () => void;
}

/** A failure at the same place is tried again so many times. */
const ATTEMPTS = 6;
/** How often the buffer is looked at while it plays, in ms. */
const TICK = 500;
/** For how long a failed call for a token is left alone, in ms. */
const REST = 2000;

const isOutage = (error: unknown): boolean => isSecureTokenError(error) && error.code === 'ERR_SIGNING_UNAVAILABLE';

/** Keeps `media` playing `url`: changes its source when it needs one whose token lives, and heals its failures. */
export function keepPlaying(media: HTMLMediaElement, { source, user, url, via, emit }: KeepPlayingOptions): Playback {
  const { crossOrigin } = media;
  const listening = new AbortController();
  const { signal } = listening;
  const need = observeNeed(media, signal);
  const seek = lastingSeek(media);
  let byWorker = false;
  /** The source it was given last, as the browser writes it. */
  let given = '';
  let request: SignedRequest | undefined;
  /** What is under way: one thing at a time. */
  let busy: Promise<void> | undefined;
  /** Aborts a change of source that has failed. */
  let loading: AbortController | undefined;
  let haltedAt: number | undefined;
  let position = 0;
  let failures = 0;
  let failedAt = 0;
  let restsUntil = 0;
  let isOver = false;

  /** Where the next source is to start: a failed element does not always know. */
  const place = (): number => seek.asked() ?? (media.error ? position : media.currentTime);
  /** Not if the page has given the element another source. */
  const isOurs = (): boolean => !isOver && !signal.aborted && media.src === given;
  const on = (types: readonly string[], listener: (event: Event) => void): void =>
    types.forEach((type) => media.addEventListener(type, listener, { capture: true, signal }));

  const load = async (reason?: SwapReason, replay?: SignedRequest): Promise<void> => {
    const { src } = media;
    const signs = via !== 'swap' && (await workerSigns(url));
    if (via === 'worker' && !signs) throw new DOMException('No token worker signs this URL here', 'NotSupportedError');
    // also with a worker: if playback fails, it tells why
    const next = replay ?? (await source.sign(url, { signal }));
    if (!signs && Object.keys(next.headers).length) {
      throw new SecureTokenError(
        'ERR_SIGNING_RESPONSE',
        'A media element sends no token in headers: that needs the token worker',
        { url },
      );
    }
    signal.throwIfAborted();
    if (reason && media.src !== src) return;
    byWorker = signs;
    request = next;
    given = new URL(signs ? url : next.url).href;
    // Firefox shows a worker the media requests to other origins only in CORS mode, which the worker needs anyway
    if (byWorker && crossOrigin === null && !url.startsWith(`${location.origin}/`)) media.crossOrigin = 'anonymous';
    else if (crossOrigin === null) media.removeAttribute('crossorigin');
    loading = new AbortController();
    haltedAt ??= performance.now();
    position = place();
    seek.begin();
    await swapSource(media, given, position, loading.signal);
    loading = undefined;
    // a failure keeps the position for the next source
    if (media.error && isOurs()) return;
    seek.end();
    if (!isOurs()) return;
    if (reason) emit('swap', { reason, gap: (performance.now() - haltedAt) / 1000 });
    haltedAt = undefined;
  };

  const fail = (error: unknown): void => {
    if (signal.aborted) return;
    position = place();
    seek.end();
    isOver = true;
    haltedAt = undefined;
    emit('error', { error });
    media.dispatchEvent(new Event('error'));
  };

  const run = (work: () => Promise<void>, failed = fail): void => {
    busy ??= work()
      .catch(failed)
      .finally(() => {
        busy = loading = undefined;
        if (media.error && isOurs()) heal();
      });
  };

  const heal = (): void =>
    run(async () => {
      while (media.error && isOurs()) {
        position = place();
        const isSame = failures > 0 && Math.abs(position - failedAt) < 1;
        failures = isSame ? failures + 1 : 1;
        failedAt = position;
        if (failures > ATTEMPTS) throw new DOMException('The browser cannot load this file', 'NetworkError');
        if (isSame) await pause(failures, signal);
        try {
          request ??= await source.sign(url, { signal });
          await load('error', await checkFailure(media.error, { source, user }, request, failures));
        } catch (error) {
          if (!isOutage(error)) throw error;
          // an outage ends, and is no failure of this place
          failures--;
          await pause(3, signal);
        }
      }
    });

  const check = (hasJustSought = false): void => {
    if (busy || byWorker || media.error || performance.now() < restsUntil || !isOurs()) return;
    const reason = need(hasJustSought);
    if (!reason || source.peek(url)?.token === request?.token) return;
    run(
      () => load(reason),
      (error) => {
        restsUntil = performance.now() + REST;
        // what is buffered still plays
        if (reason !== 'expiring' && !isOutage(error)) fail(error);
      },
    );
  };

  on(['timeupdate', 'seeking'], ({ type }) => {
    if (!loading && (!media.error || type === 'seeking')) position = media.currentTime;
    if (type === 'seeking') check(true);
  });
  on(['play', 'waiting', 'stalled'], () => check());
  // what a change of source tells the page about itself; another one by the page ends it
  on(['abort', 'emptied', 'loadstart'], (event) => {
    const ours = isOurs();
    // where the viewer sought to in ours is no place in another source, whether ours was loading or a token on its way
    if (!ours) seek.end();
    if (!loading) return;
    if (ours) event.stopImmediatePropagation();
    else {
      loading.abort();
      // where ours was to start: it would hold for the other one
      if (media.currentTime === position) media.currentTime = 0;
    }
  });
  on(['error'], (event) => {
    // not the one that tells the page of the end
    if (!media.error || !isOurs()) return;
    event.stopImmediatePropagation();
    haltedAt ??= performance.now();
    seek.begin();
    loading?.abort();
    heal();
  });
  const timer = setInterval(() => !media.paused && check(), TICK);
  const restorePlay = lastingPlay(media, () => busy);

  return {
    via: () => (byWorker ? 'worker' : 'swap'),
    start: () => load(),
    restart() {
      if (!isOver) return;
      isOver = false;
      failures = 0;
      run(() => load('error'));
    },
    stop() {
      clearInterval(timer);
      listening.abort();
      loading?.abort();
      seek.end();
      restorePlay();
    },
  };
}
