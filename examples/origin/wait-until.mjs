/** The clock may be set while somebody waits; it is read again at least this often. */
const longestSleepMs = 250;

/**
 * Resolves when `clock` has reached `timeMs`; rejects when `signal` aborts, for nobody waits any more.
 * @param {number} timeMs unix ms
 * @param {() => number} clock
 * @param {AbortSignal} signal
 * @returns {Promise<void>}
 */
export async function waitUntil(timeMs, clock, signal) {
  for (let rest = timeMs - clock(); rest > 0; rest = timeMs - clock()) {
    signal.throwIfAborted();
    const ms = Math.min(Math.ceil(rest), longestSleepMs);
    await new Promise((resolve) => {
      setTimeout(resolve, ms);
    });
  }
}
