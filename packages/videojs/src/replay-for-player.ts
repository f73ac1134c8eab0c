import type { SignOptions, SignedRequest } from 'secure-token-core';
import { tokenRefused } from 'secure-token-core';
import type { Session } from './persist.ts';

/** As `replayOf`, for a request of this player: it keeps what it is refused for good. @throws as `replayOf` */
export async function replayForPlayer(
  { source, user, refusal }: Session,
  request: SignedRequest,
  status: number,
  options: SignOptions,
): Promise<SignedRequest | undefined> {
  // without a status it depends on the time
  const isRefusal = source.isRefusal(request, status);
  const replay = await user.replay(request, status, options);
  if (!replay && isRefusal) refusal.last = tokenRefused(request.source, status);
  return replay;
}
