import type { SecureTokenError } from '../contract/secure-token-error.ts';

/** The largest number of calls that one failed call may lead to. */
const MAX_CALLS = 8;

/** The statuses that may be about one URL of many. Others are about the viewer, or the endpoint. */
const STATUSES: readonly (number | undefined)[] = [400, 413, 500];

export const isAboutUrls = ({ status }: SecureTokenError): boolean => STATUSES.includes(status);

/**
 * Whether a call may have failed, or brought no token, because of URLs that do not exist yet. A 429 is about the number
 * of calls.
 */
export const mayBeAboutPredictions = ({ code, status }: SecureTokenError): boolean =>
  code === 'ERR_DENIED' || code === 'ERR_SIGNING_RESPONSE' || status === 500;

function halves<T>(items: readonly T[]): T[][] {
  const middle = Math.ceil(items.length / 2);
  return [items.slice(0, middle), items.slice(middle)];
}

interface Isolation<T> {
  /** Makes one call for some of the items; resolves to its error, or to `undefined`. */
  readonly call: (part: readonly T[]) => Promise<SecureTokenError | undefined>;
  /** Called with items whose outcome is known; without an error the items have their tokens. */
  readonly settle: (part: readonly T[], error?: SecureTokenError) => void;
}

/** Some of the items that failed together. */
interface Part<T> {
  readonly items: readonly T[];
  /** Whether the part is one URL that has failed alone once already. */
  readonly isLastTry: boolean;
}

/** Returns the parts to call for after `items` have failed; none if the failure is final. */
function partsOf<T>({ items, isLastTry }: Part<T>, { code }: SecureTokenError): Part<T>[] {
  if (items.length > 1) return halves(items).map((half) => ({ items: half, isLastTry: false }));
  // the endpoint may have failed for a moment only
  return isLastTry || code !== 'ERR_SIGNING_UNAVAILABLE' ? [] : [{ items, isLastTry: true }];
}

/**
 * Calls for the halves of the items that failed together, and again for the halves of a half that fails, so that one
 * bad URL fails alone. Goes breadth first: when `MAX_CALLS` is reached, most of the good URLs have their tokens.
 * @returns the items that failed in an outage, which the caller retries as usual
 */
export async function isolateFailure<T>(
  items: readonly T[],
  error: SecureTokenError,
  { call, settle }: Isolation<T>,
): Promise<readonly T[]> {
  const left: T[] = [];
  let parts = partsOf({ items, isLastTry: false }, error);
  for (let calls = 0; parts.length > 0;) {
    let failed = 0;
    const next: Part<T>[] = [];
    for (const part of parts) {
      const isCalled = calls < MAX_CALLS;
      calls++;
      const failure = isCalled ? await call(part.items) : error;
      // by its own failure: a URL of a refused batch may fail alone with another status
      const toCall = failure && isCalled && isAboutUrls(failure) ? partsOf(part, failure) : [];
      if (!failure) settle(part.items);
      else if (toCall.length > 0) {
        failed++;
        next.push(...toCall);
      } else if (!isAboutUrls(failure) && failure.code === 'ERR_SIGNING_UNAVAILABLE') left.push(...part.items);
      else settle(part.items, failure);
    }
    // an endpoint that fails for both halves fails for all URLs
    if (calls === 2 && failed === 2 && error.code === 'ERR_SIGNING_UNAVAILABLE') return items;
    parts = next;
  }
  return left;
}
