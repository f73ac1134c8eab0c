import type { SignedRequest, TokenEventType, TokenSource } from 'secure-token-core';
import { isSecureTokenError } from 'secure-token-core';
import { checkFailure } from './playback-failure.ts';
import type { SourceOptions } from './source-of.ts';
import { sourceOf } from './source-of.ts';
import type { SwapReason } from './swap-reason.ts';
import { bufferedAhead, swapReason } from './swap-reason.ts';
import { swapSource } from './swap-source.ts';
import { workerSigns } from './worker-signs.ts';

export type SecureVideoOptions = SourceOptions & {
  /** Forces a way. @default the worker if it controls the page and signs this URL, else swapping the source */
  readonly via?: 'worker' | 'swap';
};

/**
 * Keeps an element playing. Events: those of its token source; `swap {reason, gap}` after each change of source, `gap` in
 * seconds without a moving picture; `error {error}` when playback has failed for good, along with the element's own.
 */
export interface SecureVideo extends EventTarget {
  readonly source: TokenSource;
  readonly via: 'worker' | 'swap';
  /** Renews the token now and lifts a denial; goes on playing if that had failed. @throws as `TokenSource.sign` */
  renew(): Promise<void>;
  /** Lets go of the element, which plays on as long as its last token allows. */
  destroy(): void;
}

/** A failure at the same place is tried again so many times. */
const ATTEMPTS = 6;
/** How often the buffer is looked at while it plays, in ms. */
const TICK = 500;
/** A response that has brought nothing for so many ms is taken for dead. */
const SILENCE = 1500;

/** Who keeps which element playing: a second call takes over from the first. */
const keepers = new WeakMap<HTMLMediaElement, () => void>();

const TOKEN_EVENTS: readonly TokenEventType[] = ['tokenrenewed', 'tokenrefused', 'tokenerror', 'tokendenied'];
/** What a change of source tells the page about itself. */
const NOISE = ['abort', 'emptied', 'loadstart'];

/**
 * Lets `media` play `url` with tokens that expire.
 *
 * @param options where tokens come from: `'/token'` is `{ endpoint: '/token' }`, `{ source }` is a shared token source
 * @throws `ERR_OPTIONS`; `NotSupportedError` if `via: 'worker'` and there is none; as `TokenSource.sign` for the first token
 */
export async function secureVideo(media: HTMLMediaElement, url: string | URL, options: SecureVideoOptions): Promise<SecureVideo> {
  const { source, release } = sourceOf(options);
  const { via: forced } = options as { via?: string };
  const { href } = new URL(url, document.baseURI);
  const { crossOrigin } = media;
  const target = new EventTarget();
  const listening = new AbortController();
  const { signal } = listening;
  let byWorker = false;
  let request: SignedRequest | undefined;
  let busy: Promise<void> | undefined;
  let isSwapping = false;
  let position = 0;
  let failures = 0;
  let failedAt = 0;
  let arrivedAt = 0;
  let pausedUntil = 0;

  const failedNow = (): boolean => media.error !== null;
  // the page may have given the element another source
  const isOurs = (): boolean => media.src === (byWorker ? href : request?.url);
  const emit = (type: string, detail: object): unknown => target.dispatchEvent(Object.assign(new CustomEvent(type, { detail }), detail));
  const on = (types: readonly string[], listener: (event: Event) => void): void =>
    types.forEach((type) => media.addEventListener(type, listener, { capture: true, signal }));

  const load = async (reason?: SwapReason, replay?: SignedRequest): Promise<void> => {
    byWorker = forced !== 'swap' && (await workerSigns(href));
    if (forced === 'worker' && !byWorker) throw new DOMException('No token worker signs this URL here', 'NotSupportedError');
    // also with a worker: if playback fails, it tells why
    request = replay ?? (await source.sign(href, { signal }));
    isSwapping = true;
    // Firefox shows a worker the media requests to other origins only in CORS mode, which the worker needs anyway
    if (byWorker && media.crossOrigin === null && !href.startsWith(location.origin + '/')) media.crossOrigin = 'anonymous';
    else if (!byWorker && crossOrigin === null) media.removeAttribute('crossorigin');
    const gap = await swapSource(media, byWorker ? href : request.url, media.error ? position : media.currentTime);
    isSwapping = false;
    if (reason) emit('swap', { reason, gap: gap / 1000 });
  };

  /** One thing at a time. */
  const run = (work: () => Promise<void>): void => {
    busy ??= work().finally(() => {
      busy = undefined;
      isSwapping = false;
      if (media.error && failures !== Infinity && !signal.aborted && isOurs()) heal();
    });
  };

  const fail = (error: unknown): void => {
    if (signal.aborted) return;
    emit('error', { error });
    failures = Infinity;
    media.dispatchEvent(new Event('error'));
  };

  const heal = (): void =>
    run(async () => {
      while (media.error && failures !== Infinity && !signal.aborted && isOurs()) {
        const again = failures > 0 && Math.abs(position - failedAt) < 1;
        failures = again ? failures + 1 : 1;
        failedAt = position;
        try {
          if (again) await new Promise<void>((resolve) => void setTimeout(resolve, Math.min(8000, 150 * 2 ** failures)));
          request ??= await source.sign(href, { signal });
          await load('error', await checkFailure(media.error, source, request, failures));
        } catch (error) {
          // an outage ends; the source itself sees to it that nobody is asked too often
          if (isSecureTokenError(error) && error.code === 'ERR_SIGNING_UNAVAILABLE') continue;
          fail(error);
          return;
        }
        if (failedNow() && failures > ATTEMPTS) fail(new DOMException('The browser cannot load this file', 'NetworkError'));
      }
    });

  const check = (seeks: boolean): void => {
    if (busy ?? (byWorker || failures === Infinity || !isOurs() || media.error || performance.now() < pausedUntil)) return;
    const { currentTime, duration, buffered, paused, ended, seeking, readyState } = media;
    const ahead = bufferedAhead(buffered, currentTime);
    const reason = swapReason({
      // what is buffered is a guess from bytes: in Chromium a film may halt seconds before it is used up
      ahead: !seeks && readyState < 3 && ahead < duration - currentTime - 0.5 ? 0 : ahead,
      left: duration - currentTime,
      flowing: performance.now() - arrivedAt < SILENCE,
      wanting: (!paused && !ended) || seeking,
      seeks,
    });
    if (!reason || source.peek(href)?.token === request?.token) return;
    // a signing endpoint that fails must not be asked at every turn
    run(() =>
      load(reason).catch((error: unknown) => {
        pausedUntil = performance.now() + 2000;
        // nothing will come any more
        if (reason !== 'expiring' && isSecureTokenError(error) && error.code !== 'ERR_SIGNING_UNAVAILABLE') fail(error);
      }),
    );
  };

  on(['timeupdate', 'seeking'], ({ type }) => {
    if (!isSwapping && (!media.error || type === 'seeking')) position = media.currentTime;
    if (type === 'seeking') check(true);
  });
  on(['progress'], () => (arrivedAt = performance.now()));
  on(['play', 'waiting', 'stalled'], () => check(false));
  on(NOISE, (event) => {
    if (isSwapping && request) event.stopImmediatePropagation();
  });
  on(['error'], (event) => {
    // not the one that tells the page of the end
    if (!media.error || failures === Infinity || !isOurs()) return;
    event.stopImmediatePropagation();
    heal();
  });
  const timer = setInterval(() => !media.paused && check(false), TICK);
  for (const type of TOKEN_EVENTS) source.addEventListener(type, ({ detail }) => emit(type, detail), { signal });

  const play = (): Promise<void> => HTMLMediaElement.prototype.play.call(media);
  // a change of source rejects the promises that are pending
  media.play = async () => {
    for (;;) {
      try {
        await play();
        return;
      } catch (error) {
        await new Promise<void>((resolve) => void setTimeout(resolve));
        if (!busy) throw error;
        await busy;
        if (media.paused || media.error) throw error;
      }
    }
  };

  const destroy = (): void => {
    clearInterval(timer);
    listening.abort();
    delete (media as Partial<HTMLMediaElement>).play;
    release();
  };

  keepers.get(media)?.();
  keepers.set(media, destroy);
  source.allow(href);
  try {
    await load();
  } catch (error) {
    destroy();
    throw error;
  }
  return Object.defineProperties(target, {
    source: { value: source },
    via: { get: () => (byWorker ? 'worker' : 'swap') },
    renew: {
      async value() {
        await source.renew();
        if (failures !== Infinity) return;
        failures = 0;
        run(() => load('error').catch(fail));
      },
    },
    destroy: { value: destroy },
  }) as SecureVideo;
}
