/**
 * Says in the picture why it stands, once the player has failed and what it had loaded has been played. Most players
 * leave that to the page: without it the viewer sees the last frame, for ever.
 * @param {HTMLVideoElement} video
 */
export function createFailureNotice(video) {
  const notice = document.createElement('p');
  notice.className = 'notice';
  notice.setAttribute('role', 'alert');
  notice.hidden = true;
  video.after(notice);
  let reason = '';
  const update = () => {
    const isToBeSeen = reason !== '' && video.readyState < HTMLMediaElement.HAVE_FUTURE_DATA;
    if (isToBeSeen) notice.textContent = reason;
    notice.hidden = !isToBeSeen;
  };
  for (const type of ['waiting', 'stalled', 'emptied', 'error', 'canplay', 'playing', 'seeking', 'timeupdate'])
    video.addEventListener(type, update);

  return {
    /** The player has failed. @type {(why: string) => void} */
    show(why) {
      reason = why;
      update();
    },
    /** The player tries again. */
    hide() {
      reason = '';
      update();
    },
  };
}

/**
 * Returns the sentence that tells a viewer why a player or a token source has failed.
 * @type {(error: unknown) => string}
 */
export function reasonFor(error) {
  const { code } = /** @type {{ code?: unknown }} */ (Object(error));
  if (code === 'ERR_DENIED') return 'You may not watch this film any more.';
  if (code === 'ERR_TOKEN_REFUSED') return 'The video server refuses this film.';
  if (code === 'ERR_SIGNING_UNAVAILABLE') return 'This film cannot be reached at the moment.';
  return 'This film cannot be played.';
}
