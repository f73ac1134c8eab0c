import type Player from 'video.js/dist/types/player.js';
import type { SecureTokenError, SecureTokenErrorCode } from 'secure-token-core';

/** What the viewer reads: keys of `videojs.addLanguage()`, like every text of Video.js. */
const messages: Partial<Record<SecureTokenErrorCode, string>> = {
  ERR_DENIED: 'You are not allowed to watch this video.',
  ERR_TOKEN_REFUSED: 'The video server refuses access to this video.',
  ERR_SIGNING_UNAVAILABLE: 'This video cannot be reached at the moment.',
};

/** The error that ends playback for a viewer without a token, from `show()` until `withdraw()` or another source. */
export interface PlaybackFailure {
  /**
   * Stops playback and shows `error` as `player.error()`: code 2, a readable message, `error` itself as its `cause`.
   */
  show(error: SecureTokenError): void;
  /** The same for a failure of Video.js that `error` has caused: what `player.error()` becomes in place of `given`. */
  insteadOf(given: object | string | number, error: SecureTokenError): object;
  /** The reason is gone: playback goes on as it was. */
  withdraw(): void;
  /** Another source: nothing to go on with. */
  forget(): void;
  dispose(): void;
}

export function createPlaybackFailure(player: Player): PlaybackFailure {
  let shown: object | undefined;
  let resume = false;
  const tell = (): void => {
    if (shown) player.error(shown as never);
  };
  const begin = (error: SecureTokenError): object => {
    resume = !player.paused();
    player.pause();
    return (shown = {
      code: 2,
      message: messages[error.code] ?? 'This video cannot be played: no valid token.',
      cause: error,
    });
  };
  // Video.js takes any error that comes before `loadstart` for one of the source before
  player.on('loadstart', tell);
  return {
    show(error) {
      // the app may have cleared it
      if (shown && player.error()) return;
      begin(error);
      tell();
    },
    insteadOf: (given, error) => (shown && (given === shown || player.error()) ? shown : begin(error)),
    withdraw() {
      if (!shown) return;
      shown = undefined;
      player.error(null);
      if (resume) Promise.resolve(player.play()).catch(() => undefined);
    },
    forget() {
      shown = undefined;
    },
    dispose() {
      player.off('loadstart', tell);
    },
  };
}
