import { pauseAfter } from '../calls/backoff.ts';
import { isOffline, listen } from '../waiting.ts';

/** The shortest pause of an offline browser, unless the network returns. It ends, because a browser may be wrong. */
const OFFLINE_DELAY_MS = 15_000;

/**
 * Pauses after so many failures of the network in a row, or until the network is back. If the browser is offline, waits
 * at least 15 s for the network; callers that count tries do not count those that they make offline. An aborted `signal`
 * ends the pause.
 */
export const networkPause = (failures: number, signal: AbortSignal | undefined): Promise<void> =>
  new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      for (const stop of stops) stop();
      resolve();
    };
    const delayMs = pauseAfter(failures, 0, Math.random()) * 1000;
    const timer = setTimeout(end, isOffline() ? Math.max(delayMs, OFFLINE_DELAY_MS) : delayMs);
    const stops = [listen(signal, ['abort'], end), listen(globalThis, ['online'], end)];
    if (signal?.aborted) end();
  });
