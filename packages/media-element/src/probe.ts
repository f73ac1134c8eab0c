import type { SignedRequest } from 'secure-token-core';
import { credentialsMode, letGo } from 'secure-token-core/adapter';

/** An edge that does not answer in this time counts as one without a status. */
const TIMEOUT_MS = 15_000;

/** Asks the edge for the first byte of `request`. @throws what `fetch` throws: network, no CORS, time-out, `signal` */
export async function fetchFirstByte(request: SignedRequest, signal: AbortSignal): Promise<Response> {
  const ending = new AbortController();
  const end = (): void => ending.abort();
  signal.addEventListener('abort', end, { signal: ending.signal });
  const timer = setTimeout(end, TIMEOUT_MS);
  try {
    const response = await fetch(request.url, {
      headers: { ...request.headers, range: 'bytes=0-0' },
      credentials: credentialsMode(request),
      cache: 'no-store',
      signal: ending.signal,
    });
    // a server that ignores ranges would send the whole file
    letGo(response.body);
    return response;
  } finally {
    clearTimeout(timer);
    end();
  }
}

/** Resolves to the status with which the edge answers `request`, or to 0 if there is none. */
export const probe = (request: SignedRequest, signal: AbortSignal): Promise<number> =>
  fetchFirstByte(request, signal).then(
    ({ status }) => status,
    () => 0,
  );
