import type Player from 'video.js/dist/types/player.js';
import type { SecureTokenError, SecureTokenErrorCode, TokenSource } from 'secure-token-core';
import { writeEarlyFailure } from 'secure-token-core/adapter';
import { isDry } from './is-dry.ts';

/** The messages for the viewer: keys of `videojs.addLanguage()`, like every text of Video.js. */
const messages: Partial<Record<SecureTokenErrorCode, string>> = {
  ERR_DENIED: 'You are not allowed to watch this video.',
  ERR_TOKEN_REFUSED: 'The video server refuses access to this video.',
  ERR_SIGNING_UNAVAILABLE: 'This video cannot be reached at the moment.',
};

/**
 * The error that ends playback for a viewer without a token, from `show()` until `withdraw()` or another source. If it
 * comes before the first picture, it is also written to the console.
 */
export interface PlaybackFailure {
  /**
   * Stops playback and shows `error` as `player.error()`: code 2, a readable message, `error` itself as its `cause`.
   * @param wasPlaying whether the player played, if the player itself does not know: a browser pauses an element that
   *   has failed
   */
  show(error: SecureTokenError, wasPlaying?: boolean): void;
  /**
   * Shows `error` when the buffer is used up: playing the buffer needs no token. A player that plays on beyond the
   * buffer does not need the denied resource, such as subtitles; if it stalls later, that has another reason.
   * @returns a function to call when no request waits any more for the denied resource
   */
  showWhenDry(error: SecureTokenError): () => void;
  /** Returns the value of `player.error()` that replaces `given`, an error of Video.js that `error` has caused. */
  insteadOf(given: object | string | number, error: SecureTokenError): object;
  /** Removes the error, because its reason is gone. Playback resumes if it was playing. */
  withdraw(): void;
  /** Forgets the error, because the player gets another source. */
  forget(): void;
  dispose(): void;
}

/** A player without anything to play for this many ms is dry. During a seek it has nothing for a moment. */
const DRY_MS = 1000;

/**
 * Seconds of media by which playback may pass the end of the buffer at the time of a denial, if only one track was
 * denied.
 */
const INTERLEAVED_SECONDS = 30;

/** A failure to show when there is nothing left to play. */
interface Due {
  readonly error: SecureTokenError;
  /** The position, in seconds of media, at which playback has to stop without the denied resource. */
  readonly until: number;
}

export function createPlaybackFailure(player: Player, source: TokenSource): PlaybackFailure {
  let shown: object | undefined;
  const due = new Set<Due>();
  let drying: ReturnType<typeof setTimeout> | undefined;
  let resume = false;
  /**
   * Whether the source of the player has shown a picture. An element that changes to another token forgets that it has
   * played.
   */
  let hasPicture = false;
  const onPicture = (): void => {
    hasPicture = true;
  };
  const tell = (): void => {
    if (shown) player.error(shown as never);
  };
  const forget = (): void => {
    shown = undefined;
    hasPicture = false;
    due.clear();
    clearTimeout(drying);
  };
  const begin = (error: SecureTokenError, wasPlaying = !player.paused()): object => {
    writeEarlyFailure(source, error, hasPicture);
    // if the app has cleared the shown error, an earlier call has paused the player
    resume = wasPlaying || (shown !== undefined && resume);
    player.pause();
    return (shown = {
      code: 2,
      message: messages[error.code] ?? 'This video cannot be played: no valid token.',
      cause: error,
    });
  };
  const show: PlaybackFailure['show'] = (error, wasPlaying) => {
    // shows the error again if the app has cleared it
    if (shown && player.error()) return;
    begin(error, wasPlaying);
    tell();
  };
  const showIfDry = (): void => {
    clearTimeout(drying);
    drying = setTimeout(() => {
      const [failure] = [...due].filter(({ until }) => player.currentTime()! <= until);
      if (failure && isDry(player)) show(failure.error);
    }, DRY_MS);
  };
  player.on('waiting', showIfDry);
  // Video.js takes an error before `loadstart` for one of the previous source, so this shows it again
  player.on('loadstart', tell);
  player.on('loadeddata', onPicture);
  return {
    show,
    showWhenDry(error) {
      const failure = { error, until: Math.max(player.bufferedEnd(), player.currentTime()!) + INTERLEAVED_SECONDS };
      due.add(failure);
      showIfDry();
      return () => void due.delete(failure);
    },
    insteadOf: (given, error) => (shown && (given === shown || player.error()) ? shown : begin(error)),
    withdraw() {
      if (!shown) return;
      shown = undefined;
      player.error(null);
      if (resume) Promise.resolve(player.play()).catch(() => undefined);
    },
    forget,
    dispose() {
      forget();
      player.off('waiting', showIfDry);
      player.off('loadstart', tell);
      player.off('loadeddata', onPicture);
    },
  };
}
