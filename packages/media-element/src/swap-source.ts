import { listen, sleep } from 'secure-token-core/adapter';
import { holdFrame } from './held-frame.ts';

/** After this many seconds a change of source no longer counts as under way, even if no data has arrived. */
const ARRIVAL_TIMEOUT = 20;
/** The longest wait for a painted frame, in seconds: a hidden page paints none. */
const PAINT_TIMEOUT = 0.3;

/** The events that may come first after `loadstart`. `loadstart` itself may be hidden. */
const AFTER_LOADSTART = ['suspend', 'progress', 'stalled', 'loadedmetadata'];
const AT_PICTURE = ['loadeddata', 'seeked', 'canplay', 'playing'];

export interface Swap {
  readonly src: string;
  readonly crossOrigin: string | null;
  /** The start in seconds; `undefined` for the start of the media itself (of a live stream, the live edge). */
  readonly position: number | undefined;
  readonly plays: boolean;
  /** Whether the element stays paused, although the attribute `autoplay` takes effect again with each source. */
  readonly staysPaused: boolean;
  /** Whether `src` is the same media as before, and not the first source that the element gets. */
  readonly isReplacement: boolean;
  /** Aborts when the element has failed, or has another source. */
  readonly signal: AbortSignal;
}

/**
 * Resolves when `wait` has called its argument, when `signal` aborts, or after `seconds`.
 * @param wait returns a function that stops what it has begun
 */
async function upTo(seconds: number, signal: AbortSignal, wait: (end: () => void) => () => void): Promise<void> {
  const waiting = new AbortController();
  const end = (): void => waiting.abort();
  const stops = [listen(signal, ['abort'], end), wait(end)];
  await sleep(seconds, waiting.signal).catch(() => undefined);
  for (const stop of stops) stop();
}

/**
 * Returns the browser's own members. A player may have put its own on the element, and would take our calls for those
 * of the app or the viewer.
 */
const native = (): HTMLMediaElement => HTMLMediaElement.prototype;

/** Loads `src` and keeps the playback rate. */
function load(media: HTMLMediaElement, src: string): void {
  const { playbackRate, defaultPlaybackRate } = media;
  // loading sets `playbackRate` to the default
  media.defaultPlaybackRate = playbackRate;
  Reflect.set(native(), 'src', src, media);
  media.defaultPlaybackRate = defaultPlaybackRate;
}

/**
 * Continues `media` from another URL with the same position, rate and volume, playing or paused as before. The page can
 * seek, play and pause at any time: the element itself keeps the last request. Resolves when the picture is there, or
 * when `signal` aborts.
 */
export async function swapSource(
  media: HTMLMediaElement,
  { src, crossOrigin, position, plays, staysPaused, isReplacement, signal }: Swap,
): Promise<void> {
  const { preload } = media;
  const hasPicture = !!position || plays || (isReplacement && media.readyState > 0);
  const releaseFrame = holdFrame(media);
  if (media.crossOrigin !== crossOrigin) media.crossOrigin = crossOrigin;
  load(media, src);
  // otherwise a paused element would not load
  if (hasPicture) media.preload = 'auto';
  // before the metadata arrives, this sets the position at which playback starts; 0 stands for none
  Reflect.set(native(), 'currentTime', position ?? 0, media);
  if (plays)
    native()
      .play.call(media)
      .catch(() => undefined);
  else if (staysPaused) native().pause.call(media);

  const isThere = (): boolean =>
    !hasPicture || (media.readyState >= HTMLMediaElement.HAVE_CURRENT_DATA && !media.seeking);
  if (hasPicture || isReplacement)
    await upTo(ARRIVAL_TIMEOUT, signal, (end) =>
      listen(media, hasPicture ? AT_PICTURE : AFTER_LOADSTART, () => isThere() && end(), true),
    );
  // a value that the page has set meanwhile stays
  if (hasPicture && media.preload === 'auto') media.preload = preload;
  const showsFrames = 'requestVideoFrameCallback' in media;
  if (!media.error && !media.paused && showsFrames)
    await upTo(PAINT_TIMEOUT, signal, (end) => {
      // eslint-disable-next-line browsers/floor -- it is there
      (media as HTMLVideoElement).requestVideoFrameCallback(end);
      return () => undefined;
    });
  releaseFrame();
}
