import type Player from 'video.js/dist/types/player.js';
import type { SecureTokenError, SecureTokenErrorCode } from 'secure-token-core';

/** The messages for the viewer: keys of `videojs.addLanguage()`, like every text of Video.js. */
const messages: Partial<Record<SecureTokenErrorCode, string>> = {
  ERR_DENIED: 'You are not allowed to watch this video.',
  ERR_TOKEN_REFUSED: 'The video server refuses access to this video.',
  ERR_SIGNING_UNAVAILABLE: 'This video cannot be reached at the moment.',
};

/** `HTMLMediaElement.HAVE_FUTURE_DATA`: playback can move on. */
const HAVE_FUTURE_DATA = 3;

/** The time for which the viewer sees a spinner, once there is nothing to play, before the error appears. */
const SPINNER_MS = 5000;

/**
 * Seconds of media by which playback may pass the end of the buffer at the time of a failure, if only one track has
 * failed. A player that plays on for longer does not need what has failed.
 */
const INTERLEAVED_SECONDS = 30;

/** The error that ends playback for a viewer without a token: why it comes, and when the viewer sees it. */
export class PlaybackFailure {
  readonly #player: Player;
  #reason: SecureTokenError | undefined;
  /** The position, in seconds of media, at which playback has to stop if the reason counts. */
  #until = 0;
  #isShown = false;
  /** Whether playback goes on when the reason is gone. */
  #resumes = false;
  #spinner: ReturnType<typeof setTimeout> | undefined;

  constructor(player: Player) {
    this.#player = player;
    player.on('waiting', this.#showWhenDry);
    player.on('loadstart', this.#showAgain);
    player.on('canplay', this.#hide);
  }

  /** Notes why there may soon be nothing to play. Until then playback goes on: the buffer needs no token. */
  note(error: SecureTokenError): void {
    this.#set(error);
    this.#showWhenDry();
  }

  /**
   * Stops playback and shows `error` as `player.error()`: code 2, a readable message, `error` itself as its `cause`.
   * @param wasPlaying whether the player played, if the player itself does not know: a browser pauses an element that
   *   has failed
   */
  show(error: SecureTokenError, wasPlaying = false): void {
    this.#resumes ||= wasPlaying;
    this.#set(error);
    this.#tell();
  }

  /** Returns what `player.error()` shows in place of `given`: every error of ours goes this way, too. */
  insteadOf(given: unknown): unknown {
    const player = this.#player;
    const reason = this.#reason;
    if (given === null || !reason || !this.#counts()) return given;
    this.#resumes ||= !player.paused();
    this.#isShown = true;
    player.pause();
    return { code: 2, message: messages[reason.code] ?? 'This video cannot be played: no valid token.', cause: reason };
  }

  /** Removes the error, because its reason is gone. Playback goes on if it was playing. */
  withdraw(): void {
    this.#reason = undefined;
    this.#hide();
  }

  /** Forgets everything, because the player gets another source. */
  forget(): void {
    this.#reason = undefined;
    this.#resumes = false;
    this.#isShown = false;
    clearTimeout(this.#spinner);
    this.#spinner = undefined;
  }

  dispose(): void {
    this.forget();
    this.#player.off('waiting', this.#showWhenDry);
    this.#player.off('loadstart', this.#showAgain);
    this.#player.off('canplay', this.#hide);
  }

  #set(error: SecureTokenError): void {
    const player = this.#player;
    this.#reason = error;
    this.#until = Math.max(player.bufferedEnd(), player.currentTime()!) + INTERLEAVED_SECONDS;
  }

  /** Whether the reason may be why there is nothing to play. */
  #counts(): boolean {
    return !!this.#reason && this.#player.currentTime()! <= this.#until;
  }

  #tell(): void {
    // shows it again if the app has cleared it
    if (!this.#player.error()) this.#player.error({ code: 2 } as never);
  }

  // VHS may stop loading without an error, or retry for ever
  readonly #showWhenDry = (): void => {
    this.#spinner ??= setTimeout(() => {
      this.#spinner = undefined;
      if (this.#player.readyState() < HAVE_FUTURE_DATA && this.#counts()) this.#tell();
    }, SPINNER_MS);
  };

  // Video.js takes an error before `loadstart` for one of the previous source
  readonly #showAgain = (): void => {
    if (this.#isShown) this.#tell();
  };

  readonly #hide = (): void => {
    if (!this.#isShown) return;
    const resumes = this.#resumes;
    this.#resumes = false;
    this.#isShown = false;
    this.#player.error(null);
    if (resumes) Promise.resolve(this.#player.play()).catch(() => undefined);
  };
}
