/** The reach of signing ahead in a live playlist, in seconds of media after the name that was asked for last. */
export interface Horizon {
  readonly fullSeconds: number;
  /** With less than this at hand it is filled again. */
  readonly refillSeconds: number;
}

/** Shares of a token's lifetime that are signed ahead; the rest is for names that come later than expected. */
const FULL_SHARE = 0.75;
const REFILL_SHARE = 0.5;
const MAX_SECONDS = 60;

/** @param lifetime of the tokens of this presentation, in seconds */
export function horizonOf(lifetime: number): Horizon {
  const fullSeconds = Math.max(0, Math.min(lifetime * FULL_SHARE, MAX_SECONDS));
  return { fullSeconds, refillSeconds: (fullSeconds * REFILL_SHARE) / FULL_SHARE };
}

/** The part of the spread that `jitter` asks for: 1 where it is a quarter of the lifetime, or more. */
const spreadOf = (jitter: number): number => Math.min(1, jitter / (FULL_SHARE - REFILL_SHARE));

/**
 * The first time a viewer signs ahead less: an audience that joined in one second comes back for more at any time up
 * to the one at which it would come back all together, and stays spread.
 * @param jitter 0…1: the share of the lifetime; @param random 0…1
 */
export const firstSecondsOf = ({ fullSeconds, refillSeconds }: Horizon, jitter: number, random: number): number =>
  fullSeconds - (fullSeconds - refillSeconds) * spreadOf(jitter) * random;

/**
 * Seconds by which a refill is put off that no request waits for: players reload in the rhythm of the stream, all in
 * one second.
 * @param secondsAhead what is signed ahead; @param nameSeconds how often something new appears
 */
export const refillDelay = (secondsAhead: number, nameSeconds: number, jitter: number, random: number): number =>
  Math.min(nameSeconds, secondsAhead / 4) * spreadOf(jitter) * random;

/**
 * Whether it is time for a refill. What is at hand has to last for half of the lifetime, as far as whole segments do.
 * @param secondsAhead what is signed ahead without a gap
 */
export const isRefillDue = (secondsAhead: number, nameSeconds: number, { refillSeconds }: Horizon): boolean =>
  // durations are sums of decimal fractions
  secondsAhead === 0 || secondsAhead + nameSeconds <= refillSeconds + 0.001;

/** A share of its lifetime in which a playlist's token gets no successor. */
const NEW_SHARE = 0.125;

/** The token of a playlist that is reloaded. */
export interface PlaylistToken {
  readonly lifetime: number;
  /** Seconds until it ends. */
  readonly rest: number;
}

/** Whether half of its life is over: reason enough for a refill. */
export const isHalfOver = ({ lifetime, rest }: PlaylistToken): boolean => rest <= lifetime / 2;

/** Whether it comes along in a refill: it has to outlast what is signed ahead, or its names would never be seen. */
export const comesAlong = (token: PlaylistToken, { fullSeconds }: Horizon): boolean =>
  isHalfOver(token) || token.rest < fullSeconds + token.lifetime * NEW_SHARE;
