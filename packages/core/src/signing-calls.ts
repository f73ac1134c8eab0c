import type { SecureTokenError } from './secure-token-error.ts';
import type { RetryOptions, TokenReason } from './token-source-options.ts';

interface Batch {
  readonly urls: string[];
  reason: TokenReason;
  outcome?: Promise<SecureTokenError | undefined>;
}

/** The calls to the signing endpoint: batched, and tried again with back-off. */
export interface SigningCalls {
  /** Asks for `url` along with whatever else is wanted in this task, or until a pause ends. Resolves to what went wrong. */
  readonly ask: (url: string, reason: TokenReason) => Promise<SecureTokenError | undefined>;
  /** Leaves the endpoint alone for a while. */
  readonly rest: (seconds: number) => void;
  /** Whether the endpoint is left alone after a failure: calls that nobody waits for stay away. */
  readonly isPaused: () => boolean;
  /** Ends the pause: the network or the viewer is back. */
  readonly wake: () => void;
  /** From now on every call fails with `error`. */
  readonly stop: (error: SecureTokenError) => void;
}

/** @param attempt one call; resolves to what went wrong */
export function createSigningCalls(
  { limit = 4, backoffLimit = 30 }: RetryOptions,
  random: () => number,
  attempt: (urls: readonly string[], reason: TokenReason) => Promise<SecureTokenError | undefined>,
): SigningCalls {
  let batch: Batch | undefined;
  /** One pause for all calls: a viewer does not ask an endpoint that is down twice at a time. */
  let pause: Promise<void> | undefined;
  let resume: () => void;
  let failures = 0;
  /** Why calls fail at once: the pause is too long to be waited for, or for ever. */
  let stopped: SecureTokenError | undefined;

  const rest = (seconds: number): void => {
    if (pause || stopped) return;
    pause = new Promise((resolve) => {
      // setTimeout overflows at 2^31 ms
      const end = setTimeout((resume = finish), Math.min(seconds, 1e6) * 1000);
      function finish(): void {
        clearTimeout(end);
        pause = stopped = undefined;
        resolve();
      }
    });
  };

  const persist = async (it: Batch): Promise<SecureTokenError | undefined> => {
    for (;;) {
      // also without a pause, a microtask: whatever else is wanted in this task comes along
      await (stopped ?? pause);
      if (batch === it) batch = undefined;
      const error = stopped ?? (await attempt([...it.urls], it.reason));
      if (stopped) return stopped;
      if (!error) failures = 0;
      // calls that fail side by side are one failure
      else if (!pause && error.code !== 'ERR_DENIED') {
        const backoff = random() * Math.min(backoffLimit, 2 ** failures++);
        const wait = error.retryAfter ?? backoff;
        rest(wait);
        if (wait > backoffLimit) stopped = error;
      }
      if (error?.code !== 'ERR_SIGNING_UNAVAILABLE' || failures > limit) return error;
      // what is wanted until then comes along, too
      batch ??= it;
    }
  };

  const wake = (): void => {
    failures = 0;
    if (pause) resume();
  };

  return {
    ask(url, reason) {
      if (!batch || batch.urls.length > 99) {
        batch = { urls: [], reason };
        batch.outcome = persist(batch);
      }
      batch.urls.push(url);
      // must be told: the endpoint may answer any other reason with a token that it made before
      if (reason === 'refused') batch.reason = reason;
      return batch.outcome!;
    },
    rest,
    isPaused: () => !!pause,
    wake,
    stop(error) {
      wake();
      stopped = error;
    },
  };
}
