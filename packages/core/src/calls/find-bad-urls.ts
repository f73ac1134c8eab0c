import type { SecureTokenError } from '../contract/errors.ts';
import type { PendingToken } from './pending-token.ts';

/** The largest number of calls into which a failed one is split. */
const MAX_SPLITS = 8;

/** What has failed together. */
export interface Failed {
  readonly tokens: readonly PendingToken[];
  readonly error: SecureTokenError;
}

/** Returns both halves of what has failed together. */
function halvesOf(tokens: readonly PendingToken[]): (readonly PendingToken[])[] {
  const middle = Math.ceil(tokens.length / 2);
  return [tokens.slice(0, middle), tokens.slice(middle)];
}

/**
 * Calls for halves of what has failed together, and for halves of these, so that one bad URL fails alone. Goes breadth
 * first: most URLs get their tokens soon.
 * @param call makes one call; returns its error
 * @param isAboutUrls whether a call may have failed because of one of its URLs
 * @returns what has failed for good
 */
export async function findBadUrls(
  { tokens, error }: Failed,
  call: (tokens: readonly PendingToken[]) => Promise<SecureTokenError | undefined>,
  isAboutUrls: (error: SecureTokenError) => boolean,
): Promise<Failed[]> {
  const failed: Failed[] = [];
  let calls = 0;
  let parts: Failed[] = [{ tokens, error }];
  while (parts.length > 0) {
    const bad: Failed[] = [];
    for (const half of parts.flatMap((part) => halvesOf(part.tokens))) {
      const failure = calls < MAX_SPLITS ? await call(half) : error;
      calls++;
      if (failure) bad.push({ tokens: half, error: failure });
    }
    // an endpoint that fails for both halves fails for all URLs
    const isWhole = calls === 2 && bad.length === 2 && bad.every((part) => isAboutUrls(part.error));
    if (isWhole && error.status === 500) return [{ tokens, error }];
    parts = bad.filter((part) => part.tokens.length > 1 && calls < MAX_SPLITS && isAboutUrls(part.error));
    failed.push(...bad.filter((part) => !parts.includes(part)));
  }
  return failed;
}
