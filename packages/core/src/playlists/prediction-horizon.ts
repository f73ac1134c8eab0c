/** The reach of signing ahead in a live playlist, in seconds of media after the name requested last. */
export interface Horizon {
  readonly fullSeconds: number;
  /** A refill is due once less than this is signed ahead. */
  readonly refillSeconds: number;
}

/** Shares of a token's lifetime that are signed ahead; the rest is for names that appear later than expected. */
const FULL_SHARE = 0.75;
const REFILL_SHARE = 0.5;
const MAX_SECONDS = 60;

/** @param lifetime the lifetime of the tokens of this presentation, in seconds */
export function horizonOf(lifetime: number): Horizon {
  const fullSeconds = Math.max(0, Math.min(lifetime * FULL_SHARE, MAX_SECONDS));
  return { fullSeconds, refillSeconds: (fullSeconds * REFILL_SHARE) / FULL_SHARE };
}

/** Returns the share of the full spread that `jitter` asks for: 1 if `jitter` is a quarter of the lifetime or more. */
const spreadOf = (jitter: number): number => Math.min(1, jitter / (FULL_SHARE - REFILL_SHARE));

/**
 * Returns how many seconds a viewer signs ahead the first time, which are fewer than later. Viewers who joined in the
 * same second then refill at different times, none later than without the spread, and their refills stay spread.
 * @param jitter 0…1, a share of the lifetime; @param random 0…1
 */
export const firstSecondsOf = ({ fullSeconds, refillSeconds }: Horizon, jitter: number, random: number): number =>
  fullSeconds - (fullSeconds - refillSeconds) * spreadOf(jitter) * random;

/**
 * Returns the delay, in seconds, of a refill that no request waits for. It spreads the calls of an audience: all
 * players reload in the rhythm of the stream, within the same second.
 * @param secondsAhead seconds of media that are signed ahead; @param nameSeconds seconds from one new name to the next
 */
export const refillDelay = (secondsAhead: number, nameSeconds: number, jitter: number, random: number): number =>
  Math.min(nameSeconds, secondsAhead / 4) * spreadOf(jitter) * random;

/**
 * Tells whether a refill is due: nothing is signed ahead, or so little that another name fits below `refillSeconds`.
 * @param secondsAhead seconds of media that are signed ahead without a gap
 */
export const isRefillDue = (secondsAhead: number, nameSeconds: number, { refillSeconds }: Horizon): boolean =>
  // sums of decimal fractions are not exact
  secondsAhead === 0 || secondsAhead + nameSeconds <= refillSeconds + 0.001;

/** A playlist's token has to outlast what is signed ahead by this share of its lifetime; else a refill renews it. */
const NEW_SHARE = 0.125;

/** The token of a playlist that players reload. */
export interface PlaylistToken {
  readonly lifetime: number;
  /** Seconds until the token ends. */
  readonly rest: number;
}

/** Tells whether half of the token's lifetime is over, which makes a refill due. */
export const isHalfOver = ({ lifetime, rest }: PlaylistToken): boolean => rest <= lifetime / 2;

/**
 * Tells whether a refill also renews the playlist's token. That token has to outlast the names signed ahead: without a
 * reload the player would never see them.
 */
export const comesAlong = (token: PlaylistToken, { fullSeconds }: Horizon): boolean =>
  isHalfOver(token) || token.rest < fullSeconds + token.lifetime * NEW_SHARE;
