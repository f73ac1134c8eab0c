/** The part of a token's life in which a request may die on its way to the edge: the last 10 %, at most 2 s. In ms. */
export const transitMargin = (lifetime: number): number => Math.min(2000, lifetime / 10);

/**
 * How long before expiry a token is renewed, in ms: `renewBefore` seconds, or a quarter of the lifetime up to 60 s, moved
 * earlier by this viewer's share of it (`jitter`), so that an audience that joined in one second does not come back in
 * one second. At most three quarters of the lifetime, or a short token would be renewed without end.
 */
export const renewalWindow = (lifetime: number, renewBefore: number | undefined, jitter: number): number =>
  Math.min((renewBefore === undefined ? Math.min(60_000, lifetime / 4) : renewBefore * 1000) * (1 + jitter), lifetime * 0.75);

/** Full-jitter back-off in seconds before retry `attempt` (0 is the first); `random` in 0…1. */
export const backoff = (attempt: number, limit: number, random: number): number =>
  random * Math.min(limit, 2 ** attempt);
