/*
 * Mistakes of integrators, which development builds explain. The callers check `__DEVELOPMENT__`, so that other builds
 * do not contain the texts.
 */

export const noStatus: string =
  'secure-token: a request with a token that has not ended failed without a status. If the network panel shows 401, ' +
  '403 or 410, the CDN sends no CORS headers with refusals: let it send them with every status, as `always` does ' +
  'in nginx.';

/** Returns what to do after the signing endpoint has failed with `status`; `undefined`: it did not answer. */
export function adviceFor(status: number | undefined): string {
  if (status === 401 || status === 403) return 'This viewer has no access: let them log in, then call renew().';
  if (!status) return 'Check its URL, its CORS headers and the network.';
  if (status === 429 || status >= 500) return 'Look at its log.';
  return 'Check its URL, and that it accepts POST with { "urls", "reason" }.';
}

export const wrongClock = (ahead: number): string =>
  `secure-token: the clock of the signing endpoint is ${Math.round(Math.abs(ahead) / 60)} minutes ` +
  `${ahead > 0 ? 'ahead of' : 'behind'} that of this device. If it is the endpoint that is wrong, its tokens ` +
  `${ahead > 0 ? 'live that much longer than meant' : 'end that much too early'}: run NTP on it.`;
