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
  /** A call brought nothing of use: nobody asks again ahead of use for a while. */
  rest(): void;
  /** Forgets past failures and ends every wait for the next try: the network is back. */
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
  let batch: { urls: Set<string>; reason: TokenReason; answer: Promise<void> } | undefined;
  const steps = new Set<AbortController>();
  let destroyed: SecureTokenError | undefined;
  let failures = 0;
  // local time; before `closedUntil` the endpoint wants no call at all
  let quietUntil = 0;
  const naps = new Set<AbortController>();
  const rest = (): void => {
    quietUntil = clock() + backoff(++failures, backoffLimit, random()) * 1000;
  };
  let closedUntil = 0;

  const within = async <T>(seconds: number, work: (signal: AbortSignal) => Promise<T>, among?: Set<AbortController>): Promise<T> => {
    const step = new AbortController();
    among?.add(step);
    const late = new SecureTokenError('ERR_SIGNING_UNAVAILABLE', `No answer from the signing endpoint in ${seconds} s`);
    const timer = setTimeout(() => step.abort(late), Math.min(seconds * 1000, MAX_TIMEOUT));
    steps.add(step);
    try {
      return await abortable(work(step.signal), step.signal);
    } finally {
      clearTimeout(timer);
      steps.delete(step);
      among?.delete(step);
    }
  };
  const sleep = (seconds: number): Promise<void> => within(seconds, () => new Promise<void>(() => undefined), naps).catch(() => undefined);

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
        const wait = error.retryAfter! >= 0 ? error.retryAfter! : backoff(attempt, backoffLimit, random());
        if (error.code !== 'ERR_SIGNING_UNAVAILABLE' || attempt >= limit || wait > backoffLimit) {
          if (error.retryAfter) closedUntil = clock() + wait * 1000;
          rest();
          throw error;
        }
        await sleep(wait);
      }
    }
  };

  return {
    ask(url, reason) {
      if (!batch || batch.urls.size >= MAX_URLS) {
        const next = { urls: new Set<string>(), reason, answer: Promise.resolve() };
        next.answer = next.answer.then(() => {
          batch = undefined;
          return call([...next.urls], next.reason);
        });
        batch = next;
      }
      batch.urls.add(url);
      // must be told: the endpoint may answer any other reason with a token that it made before
      if (reason === 'refused') batch.reason = reason;
      return batch.answer;
    },
    quiet: () => clock() < quietUntil,
    rest,
    wake() {
      failures = quietUntil = closedUntil = 0;
      naps.forEach((nap) => nap.abort());
    },
    destroy(error) {
      destroyed = error;
      steps.forEach((step) => step.abort(error));
    },
  };
}
