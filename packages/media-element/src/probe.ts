import type { SignedRequest } from 'secure-token-core';
import { abortable, credentialsMode, letGo, within } from 'secure-token-core/adapter';

/** An edge that does not answer in this time counts as one without a status. */
const TIMEOUT_MS = 15_000;

/** Asks the edge for the first byte of `request`. @throws what `fetch` throws: network, no CORS, time-out, `signal` */
export async function fetchFirstByte(request: SignedRequest, signal: AbortSignal): Promise<Response> {
  const asked = within(TIMEOUT_MS, (late) =>
    fetch(request.url, {
      headers: { ...request.headers, range: 'bytes=0-0' },
      credentials: credentialsMode(request),
      cache: 'no-store',
      signal: late,
    }),
  );
  const response = await abortable(asked, signal);
  // a server that ignores ranges would send the whole file
  letGo(response.body);
  return response;
}

/** Resolves to the status with which the edge answers `request`, or to 0 if there is none. */
export const probe = (request: SignedRequest, signal: AbortSignal): Promise<number> =>
  fetchFirstByte(request, signal).then(
    ({ status }) => status,
    () => 0,
  );
