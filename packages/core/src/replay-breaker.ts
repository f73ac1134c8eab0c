import type { SignedRequest } from './token-source.ts';

/** Ends replays for ten seconds when more than three in a row were refused again. */
export interface ReplayBreaker {
  readonly isOpen: () => boolean;
  /** Takes note of a replay that goes out, and returns it. */
  readonly sends: (replay: SignedRequest) => SignedRequest;
  /** `request` was refused; returns whether it was a replay. */
  readonly refused: (request: SignedRequest) => boolean;
}

/** @param now seconds */
export function createReplayBreaker(now: () => number): ReplayBreaker {
  /** How many in a row were refused, and when the last one was. */
  let misses = 0;
  let missed = 0;
  /** Of each replay: how many in a row were refused before it. */
  const before = new WeakMap<SignedRequest, number>();

  return {
    // the clock may have been set back
    isOpen: () => misses > 3 && Math.abs(now() - missed) < 10,
    sends(replay) {
      before.set(replay, misses);
      // that a replay was accepted is told to nobody: it was unless it is refused
      misses = 0;
      return replay;
    },
    refused(request) {
      const others = before.get(request);
      if (others === undefined) return false;
      misses += others + 1;
      missed = now();
      return true;
    },
  };
}
