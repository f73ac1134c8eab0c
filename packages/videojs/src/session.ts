import type { SignOptions, SignedRequest, TokenSource } from 'secure-token-core';
import type { SourceUser } from 'secure-token-core/adapter';
import { isOutage, keepAsking, refusalOf } from 'secure-token-core/adapter';
import type Player from 'video.js/dist/types/player.js';
import type { LastRefusal } from './last-refusal.ts';
import type { PlaybackFailure } from './playback-failure.ts';

/** The player and its token source, as every part of the plugin gets them. */
export interface Session {
  readonly player: Player;
  readonly source: TokenSource;
  /** This player, among others that may share the source. */
  readonly user: SourceUser;
  readonly refusal: LastRefusal;
  readonly failure: PlaybackFailure;
  /** The waits under way; the plugin aborts them when it is disposed of. */
  readonly waits: Set<AbortController>;
}

type Ask<T> = (options: Required<SignOptions>) => Promise<T>;

/**
 * Asks the token source until it answers: VHS takes a failed request hard. It ends playback, switches subtitles off or
 * stops loading without a word. The viewer sees an error when there is nothing on screen yet, or nothing to wait for
 * and nothing left to play.
 *
 * @param wait ends the wait; the plugin does so when it is disposed of
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
 * The request to send in place of one of this player that has failed; `undefined` if there is none. What the edge
 * refuses for good is kept. @throws as `replayOf`
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

/** The edge lets `url` through again: its refusal is no reason for an error any more. */
export function noteSuccess({ refusal, failure }: Session, url: string): void {
  if (url !== refusal.last?.url) return;
  refusal.forget();
  failure.withdraw();
}
