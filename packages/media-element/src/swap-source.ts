import { holdFrame } from './held-frame.ts';
import type { MediaTracks } from './media-tracks.ts';

/** After this many ms a change of source no longer counts as under way, even if the network has brought nothing. */
const ARRIVAL_TIMEOUT_MS = 20_000;
/** Nothing is painted in a hidden page. */
const PAINT_TIMEOUT_MS = 300;

/** The events of which one comes first after `loadstart`, which itself may be hidden. */
const AFTER_LOADSTART = ['suspend', 'progress', 'stalled', 'loadedmetadata'];

export interface Swap {
  readonly src: string;
  readonly crossOrigin: string | null;
  /** Where to start, in seconds; `undefined`: where the media do (live: at the edge). */
  readonly position: number | undefined;
  readonly plays: boolean;
  /** Whether `src` is the same media as before, and not the first the element gets. */
  readonly isReplacement: boolean;
  readonly tracks: MediaTracks;
  /** Aborts when the element has failed, or has another source. */
  readonly signal: AbortSignal;
}

/** Until `isThere` after one of the events, `signal` aborts, or the time is up. */
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

/** Until a frame of the new source is on screen. */
const painted = (media: HTMLVideoElement): Promise<void> =>
  new Promise((resolve) => {
    const timer = setTimeout(resolve, PAINT_TIMEOUT_MS);
    media.requestVideoFrameCallback(() => {
      clearTimeout(timer);
      resolve();
    });
  });

/** Past what a player has put on the element, which takes each of these for the wish of somebody else. */
const native = (): HTMLMediaElement => HTMLMediaElement.prototype;

/** Loads `src`; the rate stays. */
function load(media: HTMLMediaElement, src: string, tracks: MediaTracks): void {
  const { playbackRate, defaultPlaybackRate } = media;
  // loading sets the rate to the default
  media.defaultPlaybackRate = playbackRate;
  tracks.around(() => Reflect.set(native(), 'src', src, media));
  media.defaultPlaybackRate = defaultPlaybackRate;
}

/**
 * Lets `media` go on from another URL: same position, rate, volume, tracks and picture-in-picture, playing or paused.
 * From the first line on the page can seek, play and pause as ever: the element itself keeps what was asked of it last.
 * Resolves when the picture is there, or `signal` aborts.
 */
export async function swapSource(
  media: HTMLMediaElement,
  { src, crossOrigin, position, plays, isReplacement, tracks, signal }: Swap,
): Promise<void> {
  const { preload } = media;
  const isPictureInPicture = document.pictureInPictureElement === media;
  const hasPicture = !!position || plays || (isReplacement && media.readyState > 0);
  const releaseFrame = holdFrame(media);
  if (media.crossOrigin !== crossOrigin) media.crossOrigin = crossOrigin;
  load(media, src, tracks);
  // or a paused element would not load
  if (hasPicture) media.preload = 'auto';
  // before there are metadata this is where playback will start
  if (position) media.currentTime = position;
  if (plays)
    native()
      .play.call(media)
      .catch(() => undefined);
  // the attribute "autoplay" counts anew with each source
  else if (isReplacement) native().pause.call(media);

  // also when the time for the picture is up by then
  const restorePreload = (): void => {
    media.preload = preload;
  };
  const onData = (): void => {
    signal.removeEventListener('abort', restorePreload);
    restorePreload();
    tracks.restore();
  };
  media.addEventListener('loadeddata', onData, { once: true, capture: true, signal });
  // the next source, or the page's own, is to be loaded as the page has said
  signal.addEventListener('abort', restorePreload);
  if (hasPicture) await untilPictureIsThere(media, signal);
  else if (isReplacement) await until(media, AFTER_LOADSTART, () => true, signal);
  if (isPictureInPicture && !signal.aborted && document.pictureInPictureElement !== media)
    void (media as HTMLVideoElement).requestPictureInPicture().catch(() => undefined);
  const showsFrames = 'requestVideoFrameCallback' in media;
  if (!media.error && !media.paused && showsFrames) await painted(media as HTMLVideoElement);
  releaseFrame();
}
