import { bufferedAhead } from './player-state.js';

/** A wait of this many ms with data at hand is no wait for data. */
const PATIENCE = 1000;
/** Seconds of data that are enough to play. */
const ENOUGH = 1;

/**
 * Lets a film go on whose picture waits for what the player has passed over. Where the data of the picture are late,
 * Chrome plays the sound for another three seconds. SPF loads nothing behind the playhead, so the picture has a hole
 * then, in front of which its decoder waits for ever: only a seek lets it begin behind that. At four times the speed a
 * segment that is half a second late is enough.
 * @param {HTMLVideoElement} video
 */
export function seekOverHoles(video) {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  const check = () => {
    if (video.paused || video.seeking || video.readyState >= HTMLMediaElement.HAVE_FUTURE_DATA) return;
    if (bufferedAhead(video) > ENOUGH) video.currentTime += 0.01;
    watch();
  };
  const watch = () => {
    clearTimeout(timer);
    timer = setTimeout(check, PATIENCE);
  };
  video.addEventListener('waiting', watch);
  video.addEventListener('emptied', () => clearTimeout(timer));
}
