import type { SecureTokenError, SignOptions, SignedRequest, SourceUser, TokenSource } from 'secure-token-core';
import { isSecureTokenError } from 'secure-token-core';
import type Player from 'video.js/dist/types/player.js';
import type { PlaybackFailure } from './playback-failure.ts';

/** What every part of the plugin works with. */
export interface Session {
  readonly player: Player;
  readonly source: TokenSource;
  /** This player, among others that may share the source. */
  readonly user: SourceUser;
  /** What the edge has refused this player for good, until the same URL is let through or it has another source. */
  readonly refusal: { last: SecureTokenError | undefined };
  readonly failure: PlaybackFailure;
  /** The waits under way; the plugin aborts them when it is disposed of. */
  readonly waits: Set<AbortController>;
}

type Ask<T> = (options: Required<SignOptions>) => Promise<T>;

/** Resolves when tokens come in again, or after `ms`. */
const pause = (source: TokenSource, ms: number | undefined, signal: AbortSignal): Promise<void> =>
  new Promise((resolve, reject) => {
    const timer = ms === undefined ? undefined : setTimeout(() => end(resolve), ms);
    const renewed = (): void => end(resolve);
    const stop = (): void => end(() => reject(signal.reason as Error));
    const end = (settle: () => void): void => {
      clearTimeout(timer);
      source.removeEventListener('tokenrenewed', renewed);
      signal.removeEventListener('abort', stop);
      settle();
    };
    source.addEventListener('tokenrenewed', renewed);
    signal.addEventListener('abort', stop);
  });

/**
 * Asks the token source until it answers. An outage of the signing endpoint is waited out, because VHS takes a failed
 * request hard: it ends playback, switches subtitles off or stops loading without a word. A denial holds the request
 * until tokens are renewed. The viewer sees an error when there is nothing on screen yet, or nothing to wait for.
 *
 * @param wait ends the wait; the plugin does so when it is disposed of
 * @throws the reason of `wait`, or `ERR_DESTROYED`
 */
export async function persist<T extends SignedRequest | undefined>(
  { player, source, failure, waits }: Session,
  wait: AbortController,
  ask: Ask<T>,
): Promise<T> {
  const { signal } = wait;
  waits.add(wait);
  try {
    for (let round = 0; ; round++) {
      try {
        const answer = await ask({ signal });
        if (round) failure.withdraw();
        return answer;
      } catch (error) {
        signal.throwIfAborted();
        if (!isSecureTokenError(error) || error.code === 'ERR_DESTROYED') throw error;
        const outage = error.code === 'ERR_SIGNING_UNAVAILABLE';
        if (!outage || !player.readyState()) failure.show(error);
        await pause(source, outage ? (error.retryAfter ?? Math.min(2 ** round, 15)) * 1000 : undefined, signal);
      }
    }
  } finally {
    waits.delete(wait);
  }
}
