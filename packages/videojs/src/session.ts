import type { SignOptions, SignedRequest } from 'secure-token-core';
import type { AdapterSource, SourceUser } from 'secure-token-core/adapter';
import { isOutage, keepAsking, refusalOf } from 'secure-token-core/adapter';
import type Player from 'video.js/dist/types/player.js';
import type { LastRefusal } from './last-refusal.ts';
import type { PlaybackFailure } from './playback-failure.ts';

/** The player and its token source, as every part of the plugin gets them. */
export interface Session {
  readonly player: Player;
  readonly source: AdapterSource;
  /** The user of `source` that stands for this player: several players may share the source. */
  readonly user: SourceUser;
  readonly refusal: LastRefusal;
  readonly failure: PlaybackFailure;
  /** The waits that are under way. The plugin aborts them when it is disposed of. */
  readonly waits: Set<AbortController>;
}

type Ask<T> = (options: SignOptions) => Promise<T>;

/**
 * Asks the token source until it answers, because VHS does not survive a failed request: it ends playback, switches
 * subtitles off, or stops loading without an error. The viewer sees an error while nothing is on screen yet. Later, the
 * viewer sees an error only after a failure that is no outage, when the buffer is used up.
 *
 * @param wait ends the wait; the plugin aborts it when it is disposed of
 * @throws the reason of `wait`, or `ERR_DESTROYED`
 */
export async function signOrWait<T extends SignedRequest | undefined>(
  { player, source, failure, waits }: Session,
  wait: AbortController,
  ask: Ask<T>,
): Promise<T> {
  const { signal } = wait;
  waits.add(wait);
  let noLongerDue: (() => void) | undefined;
  try {
    return await keepAsking({
      source,
      signal,
      ask,
      mayWait: (error) => {
        if (!player.readyState()) failure.show(error);
        else if (!isOutage(error)) noLongerDue ??= failure.showWhenDry(error);
        return true;
      },
      recovered: () => failure.withdraw(),
    });
  } finally {
    noLongerDue?.();
    waits.delete(wait);
  }
}

/**
 * Resolves to the request that replaces a failed request of this player; `undefined` if there is none. Notes the error
 * of a request that the edge refuses for good in `session.refusal`.
 * @throws as `replayOf`
 */
export async function replayForPlayer(
  session: Session,
  request: SignedRequest,
  status: number,
  options: SignOptions & { readonly method?: string },
): Promise<SignedRequest | undefined> {
  const refusal = refusalOf(session.source, request, status);
  const replay = await session.user.replay(request, status, options);
  if (!replay && refusal) session.refusal.note(refusal);
  return replay;
}

/** Notes that the edge lets `url` through again: an earlier refusal of this URL no longer causes an error. */
export function noteSuccess({ refusal, failure }: Session, url: string): void {
  if (url !== refusal.last?.url) return;
  refusal.forget();
  failure.withdraw();
}
