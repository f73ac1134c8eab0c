import type { SignedRequest } from '../contract/token-source.ts';
import { fromEntries } from '../older-browsers.ts';
import { originOf, resolveUrl } from '../url-text.ts';

/**
 * Returns the credentials mode of a fetch that sends a signed request.
 * @param asked the mode of the player's own request
 */
export const credentialsMode = (
  { credentials }: Pick<SignedRequest, 'credentials'>,
  asked?: RequestCredentials,
): RequestCredentials => (credentials || asked === 'include' ? 'include' : 'same-origin');

/**
 * Tells whether an element that itself loads a signed request needs `crossorigin="use-credentials"`. Without the
 * attribute, the element does not use CORS mode, and browsers always send cookies.
 */
export const needsUseCredentials = (
  { credentials }: Pick<SignedRequest, 'credentials'>,
  crossOrigin: string | null | undefined,
): boolean => credentials && !!crossOrigin;

/**
 * Returns the headers of a request with those of its token, which replace the player's own headers of the same name.
 * Names match in any case (RFC 9110, section 5.1), and XMLHttpRequest and `Headers` would join the values of two
 * headers. Shaka Player and dash.js themselves set a Common Access Token that they have read in an answer.
 */
export function withTokenHeaders(
  own: Readonly<Record<string, string>> | null | undefined,
  ofToken: Readonly<Record<string, string>>,
): Record<string, string> {
  const names = new Set(Object.keys(ofToken).map((name) => name.toLowerCase()));
  const others = Object.entries(own ?? {}).filter(([name]) => !names.has(name.toLowerCase()));
  return { ...fromEntries(others), ...ofToken };
}

const serverOf = (url: string): string => originOf(resolveUrl(url));

/** Tells whether `url` is on another server than `signed`: that server must not get the headers of a token. */
export const isElsewhere = (url: string, signed: string): boolean =>
  url !== signed && serverOf(url) !== serverOf(signed);
