import type { SignedRequest } from '../contract/token-source.ts';
import { originOf, resolveUrl } from '../url-text.ts';

type Cookies = Pick<SignedRequest, 'credentials'>;

/**
 * The credentials mode of a fetch that sends `request`.
 * @param asked the mode in which the player has asked for it
 */
export const credentialsMode = ({ credentials }: Cookies, asked?: RequestCredentials): RequestCredentials =>
  credentials || asked === 'include' ? 'include' : 'same-origin';

/**
 * Whether an element that loads `request` by itself needs `crossorigin="use-credentials"`. Out of CORS mode, which is
 * without the attribute, browsers send cookies in any case.
 */
export const needsUseCredentials = ({ credentials }: Cookies, crossOrigin: string | null | undefined): boolean =>
  credentials && !!crossOrigin;

/**
 * The headers of a request, and those of its token in place of the player's own of the same name: names have any case
 * (RFC 9110, section 5.1), and XMLHttpRequest and `Headers` join the values of two. Shaka Player and dash.js set a
 * Common Access Token that they have read in an answer.
 */
export function withTokenHeaders(
  own: Readonly<Record<string, string>> | null | undefined,
  ofToken: Readonly<Record<string, string>>,
): Record<string, string> {
  const names = new Set(Object.keys(ofToken).map((name) => name.toLowerCase()));
  const others = Object.entries(own ?? {}).filter(([name]) => !names.has(name.toLowerCase()));
  return { ...Object.fromEntries(others), ...ofToken };
}

const serverOf = (url: string): string => originOf(resolveUrl(url));

/** Whether `url` is of another server than `signed`: the headers of a token are not for that one. */
export const isElsewhere = (url: string, signed: string): boolean =>
  url !== signed && serverOf(url) !== serverOf(signed);
