import type { SignedRequest } from 'secure-token-core';
import { credentialsMode, letGo } from 'secure-token-core/adapter';

/** An edge that has not answered after so many ms tells nothing. */
const PROBE_TIMEOUT_MS = 15_000;

/** The status with which the edge answers `request`, asked for its first byte; 0 without one (network, no CORS). */
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
    // a server without ranges would send all of it
    letGo(body);
    return status;
  } catch {
    return 0;
  } finally {
    clearTimeout(timer);
    end();
  }
}
