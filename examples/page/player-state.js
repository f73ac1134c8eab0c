/**
 * @typedef {object} PlayerState
 * @property {number} ahead seconds buffered ahead of the picture
 * @property {number | undefined} latency seconds behind the live edge
 * @property {boolean} isWaiting
 * @property {'starting' | 'playing' | 'waiting' | 'paused' | 'ended'} name
 */

/**
 * Watches a media element; `read` tells how it is now.
 * @param {HTMLMediaElement} media
 * @param {{ latency?: (() => number | undefined) | undefined, onStall: () => void }} options
 * @returns {{ read: () => PlayerState, stop: () => void }}
 */
export function watchPlayer(media, { latency, onStall }) {
  const listening = new AbortController();
  let hasPlayed = false;
  let isWaiting = false;
  /** @type {(type: string, listener: () => void) => void} */
  const on = (type, listener) => media.addEventListener(type, listener, { signal: listening.signal });
  on('playing', () => {
    hasPlayed = true;
    isWaiting = false;
  });
  on('waiting', () => {
    isWaiting = true;
    if (hasPlayed && !media.seeking) onStall();
  });
  on('emptied', () => {
    hasPlayed = false;
  });

  return {
    stop: () => listening.abort(),
    read: () => ({
      ahead: bufferedAhead(media),
      latency: latency?.(),
      isWaiting: isWaiting && hasPlayed,
      name: nameOf(media, hasPlayed, isWaiting),
    }),
  };
}

/** @type {(media: HTMLMediaElement, hasPlayed: boolean, isWaiting: boolean) => PlayerState['name']} */
function nameOf(media, hasPlayed, isWaiting) {
  if (media.ended) return 'ended';
  if (!hasPlayed) return 'starting';
  if (media.paused) return 'paused';
  return isWaiting ? 'waiting' : 'playing';
}

/** Seconds that are buffered at the playhead and behind it in one piece. @type {(media: HTMLMediaElement) => number} */
export function bufferedAhead({ buffered, currentTime }) {
  for (let index = 0; index < buffered.length; index++) {
    if (buffered.start(index) <= currentTime + 0.1 && buffered.end(index) > currentTime) {
      return buffered.end(index) - currentTime;
    }
  }
  return 0;
}
