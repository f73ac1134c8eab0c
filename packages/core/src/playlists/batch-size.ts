import { MAX_URLS_PER_CALL } from '../contract/token-source-options.ts';

/** Requests of segments in a row that show how fast a player takes them. */
export const PACE_SEGMENTS = 5;

/** With less of its media time than this from one segment to the next, a player fills its buffer. */
const FILLING_SHARE = 0.5;

/** A new batch is half of what has been requested: who leaves then has paid for half of it. */
const GROWTH = 0.5;

/** The share of a token's lifetime that is signed ahead; the rest is for requests that come later than expected. */
const FULL_SHARE = 0.75;

/** With less than these shares of a batch left it is filled up. Live, what is left bridges an outage. */
const REFILL_SHARE = 0.25;
const LIVE_REFILL_SHARE = 0.5;

/** A rendition whose playlist lists what comes, and how it is being played. */
export interface BatchSituation {
  /** The option `readAhead`. */
  readonly first: number;
  /** URLs that were requested one after the other, since the start or the last seek. */
  readonly requested: number;
  /** Seconds from one segment's request to the next, on average; `undefined` before that can be told. */
  readonly interval: number | undefined;
  /** The duration of a segment, in seconds; 0 if that is not told. */
  readonly segmentSeconds: number;
  /** The lifetime of its tokens, in seconds; `undefined` before one was seen. */
  readonly lifetime: number | undefined;
  /** The number of renditions that are being played: one call is for all. */
  readonly renditions: number;
}

/** Whether requests outrun playback. */
const isFilling = (interval: number | undefined, segmentSeconds: number): boolean =>
  interval !== undefined && interval < segmentSeconds * FILLING_SHARE;

/** A request of each rendition may wait for its own token in the same call. */
const placesFor = (renditions: number): number => Math.max(1, Math.floor(MAX_URLS_PER_CALL / renditions) - 1);

/** Names that are requested within `FULL_SHARE` of a token's lifetime; none if the next one comes after its end. */
function namesFor(lifetime: number, secondsEach: number): number {
  if (lifetime <= secondsEach) return 0;
  return Math.max(1, Math.floor((lifetime * FULL_SHARE) / secondsEach));
}

/**
 * The number of listed names that are signed after the one that was requested last. It grows with what was requested
 * in order. While a buffer fills, nothing else limits it but what a call holds; then, what is requested while its token
 * lives.
 */
export function batchSize(situation: BatchSituation): number {
  const { first, requested, interval, segmentSeconds, lifetime, renditions } = situation;
  if (first === 0) return 0;
  const places = placesFor(renditions);
  const grown = Math.min(places, Math.max(first, Math.floor(requested * GROWTH)));
  if (requested < PACE_SEGMENTS) return grown;
  // a whole batch, beside what is left of the one before
  if (isFilling(interval, segmentSeconds)) return Math.min(places, Math.floor(grown * (1 + REFILL_SHARE)));
  if (lifetime === undefined || segmentSeconds === 0) return Math.min(places, first);
  return Math.min(grown, namesFor(lifetime, Math.max(segmentSeconds, interval ?? 0)));
}

/**
 * Whether it is time for more.
 * @param ahead names without a gap that are signed or asked for; @param size as many as could be: the list may end
 * @param isLive whether more names will be listed
 */
export const isBatchDue = (ahead: number, size: number, isLive: boolean): boolean =>
  ahead < size * (isLive ? LIVE_REFILL_SHARE : REFILL_SHARE);

/** The share of the time from one segment's request to the next for which a batch is put off. */
const DELAY_SHARE = 0.25;

/**
 * Seconds by which a batch is put off that no request waits for. Renditions ask for their next segments one shortly
 * after the other: one call is for all of them if it comes after the last, and none of them is the first to lack some.
 */
export const batchDelay = (interval: number | undefined, segmentSeconds: number): number =>
  Math.min(interval ?? segmentSeconds, segmentSeconds) * DELAY_SHARE;
