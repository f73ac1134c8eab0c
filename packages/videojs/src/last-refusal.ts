import type { SecureTokenError } from 'secure-token-core';
import type Player from 'video.js/dist/types/player.js';
import { isDry } from './is-dry.ts';

/** Seconds of media up to which `player` can play on from where it is. */
function playableEnd(player: Player): number {
  const time = player.currentTime() ?? 0;
  const buffered = player.buffered() as TimeRanges;
  for (let index = 0; index < buffered.length; index++)
    if (buffered.start(index) <= time && time < buffered.end(index)) return buffered.end(index);
  return time;
}

/**
 * The last request that the edge has refused a player for good: the reason for an error of VHS, or for its silence. It
 * is forgotten when the same URL is let through, when playback has come past what was buffered then, or with another
 * source.
 */
export class LastRefusal {
  readonly #player: Player;
  #last: SecureTokenError | undefined;
  #playableUntil = 0;

  constructor(player: Player) {
    this.#player = player;
  }

  get last(): SecureTokenError | undefined {
    return this.#last;
  }

  note(refusal: SecureTokenError): void {
    this.#last = refusal;
    this.#playableUntil = playableEnd(this.#player);
  }

  /** Playback has moved on: what was refused is not what it lacks if media have come since. */
  notePlaying(): void {
    const player = this.#player;
    if (!isDry(player) && (player.currentTime() ?? 0) > this.#playableUntil) this.forget();
  }

  forget(): void {
    this.#last = undefined;
  }
}
