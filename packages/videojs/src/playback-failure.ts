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
 * The error that ends playback for a viewer without a token, from `show()` until `withdraw()` or another source. The
 * console is told of one before the first picture.
 */
export interface PlaybackFailure {
  /**
   * Stops playback and shows `error` as `player.error()`: code 2, a readable message, `error` itself as its `cause`.
   * @param wasPlaying where the player does not know: a browser pauses an element that has failed
   */
  show(error: SecureTokenError, wasPlaying?: boolean): void;
  /**
   * Shows `error` once there is nothing left to play: what is buffered needs no token. A player that plays on beyond
   * that does without what was denied, such as subtitles: what it lacks later has another reason.
   * @returns to be called when no request waits any more for what was denied
   */
  showWhenDry(error: SecureTokenError): () => void;
  /** The value of `player.error()` in place of `given`, a failure of Video.js that `error` has caused. */
  insteadOf(given: object | string | number, error: SecureTokenError): object;
  /** The reason is gone: playback goes on as it was. */
  withdraw(): void;
  /** Another source: nothing to go on with. */
  forget(): void;
  dispose(): void;
}

/** A player that has had nothing to play for so many ms is dry: while it seeks it has nothing for a moment. */
const DRY_MS = 1000;

/** Seconds of media by which the picture may outlast what was buffered when one of its tracks was denied. */
const INTERLEAVED_SECONDS = 30;

/** A failure to be shown when there is nothing left to play. */
interface Due {
  readonly error: SecureTokenError;
  /** Where playback has to stop for want of what was denied, in seconds of media. */
  readonly until: number;
}

export function createPlaybackFailure(player: Player, source: TokenSource): PlaybackFailure {
  let shown: object | undefined;
  const due = new Set<Due>();
  let drying: ReturnType<typeof setTimeout> | undefined;
  let resume = false;
  /** Whether its source has had a picture: an element that changes to another token forgets that it has played. */
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
    // paused by this, if the app has cleared the error that was shown
    resume = wasPlaying || (shown !== undefined && resume);
    player.pause();
    return (shown = {
      code: 2,
      message: messages[error.code] ?? 'This video cannot be played: no valid token.',
      cause: error,
    });
  };
  const show: PlaybackFailure['show'] = (error, wasPlaying) => {
    // the app may have cleared it
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
  // Video.js takes any error that comes before `loadstart` for one of the source before
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
