/** Milliseconds between a failure and the next attempt. */
const PAUSE = 500;
/** Attempts in a row, while nothing is broken, after which the page makes no more. */
const LIMIT = 5;
/** Milliseconds after the last failure from which on a failure begins a new row. */
const ROW = 30_000;

/**
 * Decides when a player that has failed goes on: once what was broken is repaired. What was under way at that time may
 * fail a little later, so a failure is also tried again where nothing is broken.
 * @param {object} options
 * @param {() => boolean} options.isWell whether nothing is broken
 * @param {() => Promise<unknown> | undefined} options.renew a denial is final until the token source is renewed
 * @param {() => void} options.goOn
 */
export function createRecovery({ isWell, renew, goOn }) {
  let hasFailed = false;
  let tries = 0;
  let failedAt = -Infinity;
  const tryAgain = async () => {
    // also before the player has failed: it would hear of a denial with its next request
    await renew()?.catch(() => undefined);
    if (!hasFailed) return;
    hasFailed = false;
    goOn();
  };
  return {
    /** Notes that the player has given up. */
    failed() {
      hasFailed = true;
      const now = performance.now();
      if (now - failedAt > ROW) tries = 0;
      failedAt = now;
      if (isWell() && tries++ < LIMIT) setTimeout(tryAgain, PAUSE);
    },
    /** Notes that whatever was broken is repaired, and tries again. */
    repaired() {
      tries = 0;
      void tryAgain();
    },
    /** Ends the recovery: there is another source, or the source plays. */
    forget() {
      hasFailed = false;
      tries = 0;
    },
  };
}
