import type { TokenSource } from 'secure-token-core';
import { SecureTokenError } from 'secure-token-core';
import { PlayerEvents } from 'secure-token-core/adapter';
import { NativeSource } from 'secure-token-media-element';
import type { SourceOptions } from './source-of.ts';
import { sourceOf } from './source-of.ts';

export type SecureVideoOptions = SourceOptions & {
  /**
   * Forces one of two ways: a token worker signs, or the source changes.
   * @default the worker if it controls the page and signs this URL, else changing the source
   */
  readonly via?: 'worker' | 'swap';
};

/**
 * An element that keeps playing. Events: those of its token source; `swap {reason, gap}` after each change of source,
 * with `gap` in seconds without a moving picture; `error {error}` when playback has failed for good, along with the
 * `error` event of the element.
 */
export interface SecureVideo extends EventTarget {
  readonly source: TokenSource;
  readonly via: 'worker' | 'swap';
  /** Renews the token now, lifts a denial, and resumes playback that had failed. @throws as `TokenSource.sign` */
  renew(): Promise<void>;
  /** Releases the element, which plays on as long as its last token allows. */
  destroy(): void;
}

/** The events of a change of source that the page does not see if the same film continues. */
const HIDDEN_EVENTS = ['abort', 'emptied', 'loadstart'];

/** The options that do not belong to a token source. */
const OWN_OPTIONS = ['via'];

/** The function that ends the current `secureVideo` of each element: a second call ends the first. */
const keepers = new WeakMap<HTMLMediaElement, () => void>();

/**
 * Makes `media` play `url` with tokens that expire. A second call for the same element ends the first: the same film
 * continues where it was. Another film starts at its beginning, or where the page has set `currentTime` since the call.
 *
 * @param options where tokens come from: `'/token'` is `{ endpoint: '/token' }`, `{ source }` is a shared token source
 * @throws `ERR_OPTIONS`; `NotSupportedError` if `via` is `'worker'` and no worker signs the URL; `AbortError` if the
 *   page gives the element another source before the first token arrives; as `TokenSource.sign` for the first token
 */
export async function secureVideo(
  media: HTMLMediaElement,
  url: string | URL,
  options: SecureVideoOptions,
): Promise<SecureVideo> {
  const { via } = Object(options) as { via?: 'worker' | 'swap' };
  if (![undefined, 'worker', 'swap'].includes(via))
    throw new SecureTokenError(
      'ERR_OPTIONS',
      "via is neither 'worker' nor 'swap'. Write one of them, or leave it out.",
    );
  const { href } = new URL(url, document.baseURI);
  const { source, release } = sourceOf(options, OWN_OPTIONS);
  const target = new EventTarget();
  const emit = (type: string, detail: object): unknown =>
    target.dispatchEvent(Object.assign(new CustomEvent(type, { detail }), detail));
  const events = new PlayerEvents(source, emit);
  let playback: NativeSource | undefined;
  const destroy = (): void => {
    playback?.release();
    events.stop();
    release();
  };
  try {
    keepers.get(media)?.();
    playback = new NativeSource(media, {
      source,
      events,
      url: href,
      via,
      hiddenEvents: HIDDEN_EVENTS,
      listener: {
        onSwap: (detail) => emit('swap', detail),
        onFailure: (error) => {
          emit('error', { error });
          media.dispatchEvent(new Event('error'));
        },
      },
    });
    keepers.set(media, destroy);
    source.allow(href);
    await playback.start();
  } catch (error) {
    destroy();
    throw error;
  }
  const members = { source, renew: () => source.renew(), destroy };
  return Object.defineProperty(Object.assign(target, members), 'via', {
    get: () => playback.via,
  }) as unknown as SecureVideo;
}
