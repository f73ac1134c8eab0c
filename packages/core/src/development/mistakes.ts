import { writeMistake } from '../console-lines.ts';
import { DEFAULT_REFUSALS } from '../contract/options.ts';
import type { SignedRequest, TokenSource } from '../contract/token-source.ts';
import { resolveUrl } from '../url-text.ts';

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

export const endedBefore = (seconds: number): string =>
  `secure-token: the signing endpoint sent a token whose 'expires' is ${Math.ceil(seconds)} s in the past by its own ` +
  'clock. Give a time in the future, in unix seconds. The token is still used if there is no other one.';

export const wrongClock = (ahead: number): string =>
  `secure-token: the clock of the signing endpoint is ${Math.round(Math.abs(ahead) / 60)} minutes ` +
  `${ahead > 0 ? 'ahead of' : 'behind'} that of this device. If it is the endpoint that is wrong, its tokens ` +
  `${ahead > 0 ? 'live that much longer than meant' : 'end that much too early'}: run NTP on it.`;

/**
 * Writes to the console, once for each origin, that the edge refused a request of the player which went out without a
 * token because `protect` does not cover it: segments on another host than their playlist.
 */
export function writeUnprotectedRefusal(source: TokenSource, { url, token }: SignedRequest, status: number): void {
  if (!__DEVELOPMENT__ || token || !DEFAULT_REFUSALS.includes(status) || source.protects(url)) return;
  const href = resolveUrl(url);
  if (href === '') return;
  // an origin contains no user info
  const { origin } = new URL(href);
  writeMistake(
    source,
    `secure-token: ${origin} answered ${status} to a request without a token: only the origins of the player's ` +
      "sources are signed, or what 'protect' names. If that host is one of yours, name all of them: " +
      `protect: ['https://cdn.example.com/', '${origin}/'].`,
    'troubleshooting.md#nothing-plays-and-the-endpoint-is-never-called',
  );
}
