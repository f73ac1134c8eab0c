import type { SecureTokenError, TokenSource } from 'secure-token-core';
import type { SourceUser } from 'secure-token-core/adapter';
import type { SwapReason } from './request-need.ts';

/** The callbacks by which a player is told. */
interface NativeSourceListener {
  /** `gap` in seconds without a moving picture. */
  onSwap?(detail: { readonly reason: SwapReason; readonly gap: number }): void;
  /** The signing endpoint does not answer; it is asked until it does. */
  onOutage?(error: SecureTokenError): void;
  /** After `onOutage` or `onFailure`: there is a token again. */
  onRecovery?(): void;
  /**
   * Playback has failed for good; `restart()` goes on. An error event of the element is let through by now.
   * @param wasPlaying a browser pauses an element that has failed
   */
  onFailure(error: unknown, wasPlaying: boolean): void;
}

export interface NativeSourceOptions {
  readonly source: TokenSource;
  /** This player, among others that may share the source. */
  readonly user: SourceUser;
  /** Unsigned, absolute. */
  readonly url: string;
  /** Forces a way. @default the worker if it signs `url`, else changing the source */
  readonly via?: 'worker' | 'swap' | undefined;
  /** Events of a change of source that nobody is to hear. */
  readonly hiddenEvents: readonly string[];
  readonly listener: NativeSourceListener;
}
