import type { SecureTokenError } from 'secure-token-core';
import type { AdapterSource, PlayerEvents } from 'secure-token-core/adapter';
import type { SwapReason } from './request-need.ts';

/** The callbacks that inform a player. */
interface NativeSourceListener {
  /** Called after a change of source; `gap` is the number of seconds without a moving picture. */
  onSwap?(detail: { readonly reason: SwapReason; readonly gap: number }): void;
  /** Called when the signing endpoint does not answer. `NativeSource` asks again until it does. */
  onOutage?(error: SecureTokenError): void;
  /** Called when there is a token again, after `onOutage` or `onFailure`. */
  onRecovery?(): void;
  /**
   * Called when playback has failed for good, until `renew()`. Error events of the element are no longer hidden.
   * @param wasPlaying whether the element played, because a browser pauses an element that has failed
   */
  onFailure(error: unknown, wasPlaying: boolean): void;
}

export interface NativeSourceOptions {
  readonly source: AdapterSource;
  readonly events: PlayerEvents;
  /** The unsigned, absolute URL. */
  readonly url: string;
  /**
   * Forces one of two ways: a worker signs, or the source changes.
   * @default the worker if it signs `url`, else changing the source
   */
  readonly via?: 'worker' | 'swap' | undefined;
  /** The events of a change of source that `NativeSource` hides from all other listeners. */
  readonly hiddenEvents: readonly string[];
  readonly listener: NativeSourceListener;
}
