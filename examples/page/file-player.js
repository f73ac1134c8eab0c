import { createFailureNotice, reasonFor } from './failure-notice.js';

/** @typedef {import('secure-token-progressive').SecureVideo} SecureVideo */

/**
 * Plays a file, and plays it again once what was broken is repaired.
 * @param {object} options
 * @param {HTMLVideoElement} options.video
 * @param {import('secure-token-progressive').TokenSource} options.source
 * @param {() => Promise<SecureVideo>} options.play
 * @param {(tone: 'bad', text: string) => void} options.say
 * @param {(player: SecureVideo) => void} options.onPlayer
 */
export function playFile({ video, source, play, say, onPlayer }) {
  const notice = createFailureNotice(video);
  video.addEventListener('playing', notice.hide);
  /** Plays again, if the film has failed for good. @type {(() => Promise<unknown>) | undefined} */
  let retry;

  /** @type {(what: string, error: unknown) => void} */
  const tell = (what, error) => {
    say('bad', `The player ${what}: ${error instanceof Error ? error.message : String(error)}`);
    notice.show(reasonFor(error));
  };
  const begin = async () => {
    notice.hide();
    try {
      const player = await play();
      onPlayer(player);
      player.addEventListener('error', (event) => {
        tell('stopped', /** @type {CustomEvent<{ error: unknown }>} */ (event).detail.error);
        retry = () => player.renew();
      });
    } catch (error) {
      tell('did not start', error);
      retry = begin;
    }
  };
  void begin();
  return {
    /** What was broken is well again. */
    async repaired() {
      // also of a player that has not failed yet: a denial is final until then
      await source.renew().catch(() => undefined);
      const again = retry;
      retry = undefined;
      await again?.().catch(() => {
        retry = again;
      });
    },
  };
}
