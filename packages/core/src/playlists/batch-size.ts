import { MAX_URLS_PER_CALL } from '../contract/token-source-options.ts';

/** The number of consecutive segment requests by which the pace of a player is measured. */
export const PACE_SEGMENTS = 5;

/** A player fills its buffer if less than this share of a segment's duration passes between two segment requests. */
const FILLING_SHARE = 0.5;

/**
 * A new batch is half as large as the number of URLs requested so far. If the viewer leaves then, the batch that was
 * signed in vain is no more than half of what was used.
 */
const GROWTH = 0.5;

/** The share of a token's lifetime for which names are signed ahead; the rest is for requests later than expected. */
const FULL_SHARE = 0.75;

/** A batch is filled up once less than this share of it is left. In a live stream the rest bridges an outage. */
const REFILL_SHARE = 0.25;
const LIVE_REFILL_SHARE = 0.5;

/** The playback state of a rendition whose playlist already lists the next URLs. */
export interface BatchSituation {
  /** The option `readAhead`. */
  readonly first: number;
  /** The number of URLs requested in playlist order since the start or the last seek. */
  readonly requested: number;
  /** The average number of seconds between two segment requests; `undefined` before it can be measured. */
  readonly interval: number | undefined;
  /** The duration of a segment, in seconds; 0 if it is unknown. */
  readonly segmentSeconds: number;
  /** The lifetime of the rendition's tokens, in seconds; `undefined` before the source has seen one. */
  readonly lifetime: number | undefined;
  /** The number of renditions that are being played: one call signs names of all of them. */
  readonly renditions: number;
}

/** Tells whether the player requests segments much faster than it plays them. */
const isFilling = (interval: number | undefined, segmentSeconds: number): boolean =>
  interval !== undefined && interval < segmentSeconds * FILLING_SHARE;

/**
 * Returns how many names of each rendition fit into one call. One place per rendition stays free, for a request that
 * waits for its own token.
 */
const placesFor = (renditions: number): number => Math.max(1, Math.floor(MAX_URLS_PER_CALL / renditions) - 1);

/** Returns how many names are requested in `FULL_SHARE` of a token's lifetime; 0 if it ends before the next request. */
function namesFor(lifetime: number, secondsEach: number): number {
  if (lifetime <= secondsEach) return 0;
  return Math.max(1, Math.floor((lifetime * FULL_SHARE) / secondsEach));
}

/**
 * Returns how many listed names are signed after the name requested last. The number grows with the URLs requested in
 * order. While a buffer fills, only the size of a call limits the number; after that, also how many names are requested
 * during the lifetime of a token.
 */
export function batchSize(situation: BatchSituation): number {
  const { first, requested, interval, segmentSeconds, lifetime, renditions } = situation;
  if (first === 0) return 0;
  const places = placesFor(renditions);
  const grown = Math.min(places, Math.max(first, Math.floor(requested * GROWTH)));
  if (requested < PACE_SEGMENTS) return grown;
  // a whole batch, on top of the rest of the previous one
  if (isFilling(interval, segmentSeconds)) return Math.min(places, Math.floor(grown * (1 + REFILL_SHARE)));
  if (lifetime === undefined || segmentSeconds === 0) return Math.min(places, first);
  return Math.min(grown, namesFor(lifetime, Math.max(segmentSeconds, interval ?? 0)));
}

/**
 * Tells whether the next batch is due.
 * @param ahead the number of next names, up to the first gap, that are signed or asked for
 * @param size the number of names that could be signed: fewer than a batch if the list ends
 * @param isLive whether the playlist will list more names
 */
export const isBatchDue = (ahead: number, size: number, isLive: boolean): boolean =>
  ahead < size * (isLive ? LIVE_REFILL_SHARE : REFILL_SHARE);

/** The delay of a batch, as a share of the time between two segment requests. */
const DELAY_SHARE = 0.25;

/**
 * Returns the delay, in seconds, of a batch that no request waits for. The requests for the next segments of several
 * renditions follow each other closely. One call after the last of them serves all renditions, and none of them runs
 * short before the others.
 */
export const batchDelay = (interval: number | undefined, segmentSeconds: number): number =>
  Math.min(interval ?? segmentSeconds, segmentSeconds) * DELAY_SHARE;
