import type { SecureTokenError, SecureTokenErrorCode } from './contract/errors.ts';
import { DEFAULT_REFUSALS } from './contract/options.ts';
import type { SignedRequest, TokenSource } from './contract/token-source.ts';
import { originOf, resolveUrl } from './url-text.ts';

/**
 * Returns where a section of `docs/errors.md` is: each package for browsers ships that page. `npm run set-organisation`
 * makes an address of it.
 */
const whereIs = (section: string): string => `dist/${section} of the npm package`;

/** The lines written to the console, by the token source that they are about. */
const written = new WeakMap<object, Set<string>>();

/** The largest number of lines about one token source: an endpoint may give another message for each failure. */
const MAX_LINES = 30;

/** Notes that the line `what` about `about` is written. @returns whether to write it */
function noteWritten(about: object, what: string): boolean {
  const known = written.get(about) ?? new Set();
  written.set(about, known);
  return known.size < MAX_LINES && known.size < known.add(what).size;
}

/** Whether an app without a listener would show a black player: no passing outage, and no denial during playback. */
const endsPlayback = (code: SecureTokenErrorCode, hasTokens: boolean, isLasting: boolean): boolean =>
  code === 'ERR_TOKEN_REFUSED' ||
  code === 'ERR_SIGNING_RESPONSE' ||
  (!hasTokens && (code === 'ERR_DENIED' || isLasting));

/**
 * Writes an error that ends playback to the console, with the address of its documentation, once for each code. A
 * development build writes every error, once for each message.
 * @param hasTokens whether any token is at hand that still helps; @param isLasting whether an outage is more than one
 *   failure
 */
export function writeError(
  about: object,
  { code, message }: SecureTokenError,
  hasTokens: boolean,
  isLasting: boolean,
): void {
  if (!__DEVELOPMENT__ && !endsPlayback(code, hasTokens, isLasting)) return;
  // messages that differ only in their numbers, such as times, count as the same
  if (!noteWritten(about, __DEVELOPMENT__ ? message.replace(/\d+/g, '') : code)) return;
  // eslint-disable-next-line no-console -- an app without a listener hears of the error nowhere else
  console.error(`secure-token: ${message} See ${whereIs(`errors.md#${code.toLowerCase()}`)}`);
}

/**
 * Writes a mistake that no error and no event reports to the console, once, with its cause and remedy. Most callers do
 * so in development builds alone, and check `__DEVELOPMENT__` first, so that other builds do not contain the text.
 * @param section of the page that packages ship
 * @param level `error` if viewers notice the mistake
 * @param once the mistake, which is told once however its message differs
 */
export function writeMistake(
  about: object,
  message: string,
  section = 'errors.md',
  level: 'warn' | 'error' = 'warn',
  once: string = message,
): void {
  if (!noteWritten(about, once)) return;
  // eslint-disable-next-line no-console -- the purpose of this function
  console[level](`${message} See ${whereIs(section)}`);
}

/**
 * Writes to the console, once for each origin, that the edge refused a request of the player which went out without a
 * token because `protect` does not cover it: segments on another host than their playlist.
 */
export function writeUnprotectedRefusal(source: TokenSource, { url, token }: SignedRequest, status: number): void {
  const href = resolveUrl(url);
  if (token || !href || !DEFAULT_REFUSALS.includes(status) || source.protects(url)) return;
  // a URL may have user info, which no message shows
  const origin = originOf(href).replace(/\/\/.*@/, '//');
  writeMistake(
    source,
    `secure-token: ${origin} answered ${status} to a request without a token. If its files need one, add ` +
      `'${origin}/' to 'protect'.`,
    'errors.md#nothing-plays-and-the-endpoint-is-never-called',
    'error',
  );
}
