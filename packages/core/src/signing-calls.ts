import { abortable } from './abortable.ts';
import { backoff } from './renewal.ts';
import { SecureTokenError } from './secure-token-error.ts';
import type { Answer } from './signing-endpoint.ts';
import { askForTokens } from './signing-endpoint.ts';
import type { TokenReason, TokenSourceOptions } from './token-source-options.ts';

const MAX_URLS = 100;
const MAX_TIMEOUT = 2 ** 31 - 1;

/** The calls to the signing endpoint: batched, bounded in time, tried again with back-off. */
export interface SigningCalls {
  /** Asks for tokens for `url` along with whatever else is wanted in this task. */
  ask(url: string, reason: TokenReason): Promise<void>;
  /** Whether calls that nobody waits for should stay away, after failed ones. */
  quiet(): boolean;
  /** Forgets past failures: the network is back. */
  wake(): void;
  destroy(error: SecureTokenError): void;
}

export function createSigningCalls(
  options: TokenSourceOptions,
  clock: () => number,
  random: () => number,
  onAnswer: (answer: Answer, urls: readonly string[], reason: TokenReason, sentAt: number) => void,
  onError: (error: SecureTokenError, urls: readonly string[]) => void,
): SigningCalls {
  const { timeout = 10, retry } = options;
  const { limit = 4, backoffLimit = 30 } = retry ?? {};
  const batches = new Map<TokenReason, { urls: Set<string>; answer: Promise<void> }>();
  const steps = new Set<AbortController>();
  let destroyed: SecureTokenError | undefined;
  let failures = 0;
  // local time; before `closedUntil` the endpoint wants no call at all
  let quietUntil = 0;
  let closedUntil = 0;

  const within = async <T>(seconds: number, work: (signal: AbortSignal) => Promise<T>): Promise<T> => {
    const step = new AbortController();
    const late = new SecureTokenError('ERR_SIGNING_UNAVAILABLE', `No answer from the signing endpoint in ${seconds} s`);
    const timer = setTimeout(() => step.abort(late), Math.min(seconds * 1000, MAX_TIMEOUT));
    steps.add(step);
    try {
      return await abortable(work(step.signal), step.signal);
    } finally {
      clearTimeout(timer);
      steps.delete(step);
    }
  };
  const sleep = (seconds: number): Promise<void> => within(seconds, () => new Promise<void>(() => undefined)).catch(() => undefined);

  const call = async (urls: readonly string[], reason: TokenReason): Promise<void> => {
    for (let attempt = 0; ; attempt++) {
      const sentAt = clock();
      try {
        if (destroyed) throw destroyed;
        if (sentAt < closedUntil) throw new SecureTokenError('ERR_SIGNING_UNAVAILABLE', 'The signing endpoint asked for a pause', { retryAfter: (closedUntil - sentAt) / 1000 });
        const answer = await within(timeout, (signal) => askForTokens(options, { urls, reason, signal }, clock));
        failures = quietUntil = 0;
        onAnswer(answer, urls, reason, sentAt);
        return;
      } catch (cause) {
        const error = destroyed ?? (cause as SecureTokenError);
        if (destroyed) throw error;
        onError(error, urls);
        const wait = error.retryAfter ?? backoff(attempt, backoffLimit, random());
        if (error.code !== 'ERR_SIGNING_UNAVAILABLE' || attempt >= limit || wait > backoffLimit) {
          if (error.retryAfter) closedUntil = clock() + wait * 1000;
          quietUntil = clock() + backoff(failures++, backoffLimit, random()) * 1000;
          throw error;
        }
        await sleep(wait);
      }
    }
  };

  return {
    ask(url, reason) {
      let batch = batches.get(reason);
      if (!batch || batch.urls.size >= MAX_URLS) {
        const urls = new Set<string>();
        const answer = Promise.resolve().then(() => {
          batches.delete(reason);
          return call([...urls], reason);
        });
        batches.set(reason, (batch = { urls, answer }));
      }
      batch.urls.add(url);
      return batch.answer;
    },
    quiet: () => clock() < quietUntil,
    wake() {
      failures = quietUntil = closedUntil = 0;
    },
    destroy(error) {
      destroyed = error;
      steps.forEach((step) => step.abort(error));
    },
  };
}
