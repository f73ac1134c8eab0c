import { holdFrame } from './held-frame.ts';
import type { MediaTracks } from './media-tracks.ts';

/** After this many ms a change of source no longer counts as under way, even if no data has arrived. */
const ARRIVAL_TIMEOUT_MS = 20_000;
/** The longest wait for a painted frame: a hidden page paints none. */
const PAINT_TIMEOUT_MS = 300;

/** The events that may come first after `loadstart`. `loadstart` itself may be hidden. */
const AFTER_LOADSTART = ['suspend', 'progress', 'stalled', 'loadedmetadata'];

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
  readonly tracks: MediaTracks;
  /** Aborts when the element has failed, or has another source. */
  readonly signal: AbortSignal;
}

/**
 * Resolves when `isThere` returns true after one of the events, when `signal` aborts, or after `ARRIVAL_TIMEOUT_MS`.
 */
const until = (
  media: HTMLMediaElement,
  types: readonly string[],
  isThere: () => boolean,
  signal: AbortSignal,
): Promise<void> =>
  new Promise((resolve) => {
    const listening = new AbortController();
    const finish = (): void => {
      clearTimeout(timer);
      listening.abort();
      resolve();
    };
    const timer = setTimeout(finish, ARRIVAL_TIMEOUT_MS);
    signal.addEventListener('abort', finish, { signal: listening.signal });
    const options = { capture: true, signal: listening.signal };
    for (const type of types) media.addEventListener(type, () => isThere() && finish(), options);
  });

const untilPictureIsThere = (media: HTMLMediaElement, signal: AbortSignal): Promise<void> =>
  until(
    media,
    ['loadeddata', 'seeked', 'canplay', 'playing'],
    () => media.readyState >= HTMLMediaElement.HAVE_CURRENT_DATA && !media.seeking,
    signal,
  );

/** Resolves when a frame of the new source is on screen, or after `PAINT_TIMEOUT_MS`. */
const painted = (media: HTMLVideoElement): Promise<void> =>
  new Promise((resolve) => {
    const timer = setTimeout(resolve, PAINT_TIMEOUT_MS);
    media.requestVideoFrameCallback(() => {
      clearTimeout(timer);
      resolve();
    });
  });

/**
 * Returns the browser's own members. A player may have put its own on the element, and would take our calls for those
 * of the app or the viewer.
 */
const native = (): HTMLMediaElement => HTMLMediaElement.prototype;

/** Loads `src` and keeps the playback rate. */
function load(media: HTMLMediaElement, src: string, tracks: MediaTracks): void {
  const { playbackRate, defaultPlaybackRate } = media;
  // loading sets `playbackRate` to the default
  media.defaultPlaybackRate = playbackRate;
  tracks.around(() => Reflect.set(native(), 'src', src, media));
  media.defaultPlaybackRate = defaultPlaybackRate;
}

/**
 * Continues `media` from another URL with the same position, rate, volume, tracks and picture-in-picture, playing or
 * paused as before. The page can seek, play and pause at any time: the element itself keeps the last request. Resolves
 * when the picture is there, or when `signal` aborts.
 */
export async function swapSource(
  media: HTMLMediaElement,
  { src, crossOrigin, position, plays, staysPaused, isReplacement, tracks, signal }: Swap,
): Promise<void> {
  const { preload } = media;
  const isPictureInPicture = document.pictureInPictureElement === media;
  const hasPicture = !!position || plays || (isReplacement && media.readyState > 0);
  const releaseFrame = holdFrame(media);
  if (media.crossOrigin !== crossOrigin) media.crossOrigin = crossOrigin;
  load(media, src, tracks);
  // otherwise a paused element would not load
  if (hasPicture) media.preload = 'auto';
  // before the metadata arrives, this sets the position at which playback starts
  if (position) media.currentTime = position;
  if (plays)
    native()
      .play.call(media)
      .catch(() => undefined);
  else if (staysPaused) native().pause.call(media);

  // runs when the data arrives, even if the wait for the picture has timed out before
  const restorePreload = (): void => {
    // a value that the page has set meanwhile stays
    if (hasPicture && media.preload === 'auto') media.preload = preload;
  };
  const onData = (): void => {
    signal.removeEventListener('abort', restorePreload);
    restorePreload();
    tracks.restore();
  };
  media.addEventListener('loadeddata', onData, { once: true, capture: true, signal });
  // the next source, ours or one of the page, loads with the `preload` of the page
  signal.addEventListener('abort', restorePreload);
  if (hasPicture) await untilPictureIsThere(media, signal);
  else if (isReplacement) await until(media, AFTER_LOADSTART, () => true, signal);
  if (isPictureInPicture && !signal.aborted && document.pictureInPictureElement !== media)
    void (media as HTMLVideoElement).requestPictureInPicture().catch(() => undefined);
  const showsFrames = 'requestVideoFrameCallback' in media;
  if (!media.error && !media.paused && showsFrames) await painted(media as HTMLVideoElement);
  releaseFrame();
}
