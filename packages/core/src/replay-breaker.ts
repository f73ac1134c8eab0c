/** Stops replays for 10 s after more than three in a row were refused again, so that nothing ever loops. Times in ms. */
export interface ReplayBreaker {
  /** `request` was refused: whether it may be replayed. A replay may not, and counts. */
  allows(request: object, now: number): boolean;
  /** `replay` goes out. */
  granted(replay: object, now: number): void;
}

export function createReplayBreaker(): ReplayBreaker {
  const replays = new WeakSet();
  let strikes = 0;
  let underWay = 0;
  let grantedAt = 0;
  let closedUntil = 0;
  return {
    allows(request, now) {
      if (replays.has(request)) {
        underWay--;
        if (++strikes > 3) {
          strikes = 0;
          closedUntil = now + 10_000;
        }
        return false;
      }
      // an edge refuses within a round trip: a replay that has not come back by now was accepted
      if (underWay > 0 && now - grantedAt > 1000) strikes = underWay = 0;
      return now >= closedUntil;
    },
    granted(replay, now) {
      replays.add(replay);
      underWay++;
      grantedAt = now;
    },
  };
}
