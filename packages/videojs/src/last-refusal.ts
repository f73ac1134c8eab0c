import type { SecureTokenError } from 'secure-token-core';
import type Player from 'video.js/dist/types/player.js';
import { isDry } from './is-dry.ts';

/** Returns the position, in seconds, up to which `player` can play on from its current position. */
function playableEnd(player: Player): number {
  const time = player.currentTime() ?? 0;
  const buffered = player.buffered() as TimeRanges;
  for (let index = 0; index < buffered.length; index++)
    if (buffered.start(index) <= time && time < buffered.end(index)) return buffered.end(index);
  return time;
}

/**
 * The last request of a player that the edge has refused for good. It explains a later error of VHS, or why VHS stops
 * loading. `LastRefusal` forgets it when the edge lets the same URL through, when playback has passed the end of the
 * buffer at that time, or with another source.
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

  /**
   * Forgets the refusal if playback has passed the end of the buffer at that time: media has arrived since, so the
   * player does not lack what the edge refused.
   */
  notePlaying(): void {
    const player = this.#player;
    if (!isDry(player) && (player.currentTime() ?? 0) > this.#playableUntil) this.forget();
  }

  forget(): void {
    this.#last = undefined;
  }
}
