import type { SignedRequest } from 'secure-token-core';
import { credentialsMode, letGo } from 'secure-token-core/adapter';

/** The time-out of a probe. An edge that does not answer in this time counts as one without a status. */
const PROBE_TIMEOUT_MS = 15_000;

/**
 * Asks the edge for the first byte of `request`. Resolves to the status, or to 0 if there is none (network, no CORS,
 * time-out).
 */
export async function probe(request: SignedRequest, signal: AbortSignal): Promise<number> {
  const ending = new AbortController();
  const end = (): void => ending.abort();
  signal.addEventListener('abort', end, { signal: ending.signal });
  const timer = setTimeout(end, PROBE_TIMEOUT_MS);
  try {
    const { status, body } = await fetch(request.url, {
      headers: { range: 'bytes=0-0' },
      credentials: credentialsMode(request),
      cache: 'no-store',
      signal: ending.signal,
    });
    // a server that ignores ranges would send the whole file
    letGo(body);
    return status;
  } catch {
    return 0;
  } finally {
    clearTimeout(timer);
    end();
  }
}
