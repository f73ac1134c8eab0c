import type { SecureTokenError } from './secure-token-error.ts';

/** Calls that one failed call may lead to. */
const MAX_CALLS = 8;

/** The statuses that may be about one URL of many. Others are about the viewer, or the endpoint. */
const STATUSES: readonly (number | undefined)[] = [400, 413, 500];

export const isAboutUrls = ({ status }: SecureTokenError): boolean => STATUSES.includes(status);

interface Part {
  readonly urls: readonly string[];
  /** With which the call failed that it was a part of. */
  readonly error: SecureTokenError;
}

function halves(urls: readonly string[], error: SecureTokenError): Part[] {
  const middle = Math.ceil(urls.length / 2);
  return [urls.slice(0, middle), urls.slice(middle)].map((half) => ({ urls: half, error }));
}

/**
 * Calls for the halves of what failed together, and again for the halves of a half that fails, so that one bad URL fails
 * alone. In breadth: when the calls are used up, most of the good ones have their tokens.
 * @param call for some of `urls`; resolves to what went wrong
 * @returns what went wrong, by URL
 */
export async function isolateFailure(
  urls: readonly string[],
  error: SecureTokenError,
  call: (urls: readonly string[]) => Promise<SecureTokenError | undefined>,
): Promise<Map<string, SecureTokenError>> {
  const failed = new Map<string, SecureTokenError>();
  const parts = halves(urls, error);
  for (let calls = 0; parts.length > 0; calls++) {
    const part = parts.shift()!;
    const failure = calls < MAX_CALLS ? await call(part.urls) : part.error;
    if (!failure) continue;
    const canBeSplit = calls < MAX_CALLS && part.urls.length > 1 && isAboutUrls(failure);
    if (canBeSplit) parts.push(...halves(part.urls, failure));
    else for (const url of part.urls) failed.set(url, failure);
  }
  return failed;
}
