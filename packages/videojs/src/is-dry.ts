import type Player from 'video.js/dist/types/player.js';

/** `HTMLMediaElement.HAVE_FUTURE_DATA`: playback can move on. */
const HAVE_FUTURE_DATA = 3;

/** Whether `player` has nothing to play at its current position. */
export const isDry = (player: Player): boolean => player.readyState() < HAVE_FUTURE_DATA;
