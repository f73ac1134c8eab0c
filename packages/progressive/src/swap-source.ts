import { holdFrame } from './held-frame.ts';

/** After this many ms a swap no longer counts as under way, even if the network has brought nothing. */
const PATIENCE = 20_000;

/** Until the position asked for is there, or `signal` tells that it will not be. */
const arrived = (media: HTMLMediaElement, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const listening = new AbortController();
    const finish = (): void => {
      clearTimeout(timer);
      listening.abort();
      resolve();
    };
    const timer = setTimeout(finish, PATIENCE);
    signal.addEventListener('abort', finish);
    for (const type of ['loadeddata', 'seeked', 'canplay', 'playing']) {
      media.addEventListener(type, () => media.readyState > 1 && !media.seeking && finish(), {
        capture: true,
        signal: listening.signal,
      });
    }
  });

/** Until a frame of the new source is on screen; 300 ms at most, for nothing is painted in a hidden page. */
const painted = (media: HTMLVideoElement): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, 300);
    media.requestVideoFrameCallback(() => resolve());
  });

/**
 * Lets `media` go on at `position` from `url`: same rate, volume, tracks and picture-in-picture, playing or paused.
 * From the first line on the page can seek, play and pause as ever: the element itself keeps what was asked of it last.
 * Resolves when the picture is there, or `signal` aborts: the element has failed.
 */
export async function swapSource(
  media: HTMLMediaElement,
  url: string,
  position: number,
  signal: AbortSignal,
): Promise<void> {
  const { paused, playbackRate, defaultPlaybackRate, preload } = media;
  const modes = [...media.textTracks].map(({ mode }) => mode);
  const inPicture = document.pictureInPictureElement === media;
  const release = holdFrame(media);
  // loading sets the rate back to the default
  media.defaultPlaybackRate = playbackRate;
  // or a paused element would not load
  if (position) media.preload = 'auto';
  media.src = url;
  media.defaultPlaybackRate = defaultPlaybackRate;
  // before there are metadata this is where playback will start
  if (position) media.currentTime = position;
  if (!paused) media.play().catch(() => undefined);
  if (position || !paused) await arrived(media, signal);
  media.preload = preload;
  modes.forEach((mode, index) => {
    const track = media.textTracks[index];
    if (track && track.mode !== mode) track.mode = mode;
  });
  if (inPicture && document.pictureInPictureElement !== media)
    void (media as HTMLVideoElement).requestPictureInPicture().catch(() => undefined);
  if (!media.error && !media.paused && 'requestVideoFrameCallback' in media) await painted(media as HTMLVideoElement);
  release();
}
