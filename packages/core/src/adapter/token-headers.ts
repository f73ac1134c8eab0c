import { originOf, resolveUrl } from '../url-text.ts';

/**
 * The headers of a request, and those of its token in place of the player's own of the same name: names have any case
 * (RFC 9110, section 5.1), and XMLHttpRequest and `Headers` join the values of two. Shaka Player and dash.js set a
 * Common Access Token that they have read in an answer.
 */
export function withTokenHeaders(
  own: Readonly<Record<string, string>> | null | undefined,
  ofToken: Readonly<Record<string, string>>,
): Record<string, string> {
  return { ...Object.fromEntries(headersBeside(Object.entries(own ?? {}), ofToken)), ...ofToken };
}

/** The headers of a request without those whose names, in any case, a token has too. */
export function headersBeside(
  own: readonly (readonly [name: string, value: string])[],
  ofToken: Readonly<Record<string, string>>,
): (readonly [name: string, value: string])[] {
  const names = new Set(Object.keys(ofToken).map((name) => name.toLowerCase()));
  return own.filter(([name]) => !names.has(name.toLowerCase()));
}

const serverOf = (url: string): string => originOf(resolveUrl(url));

/** Whether `url` is of another server than `signed`: the headers of a token are not for that one. */
export const isElsewhere = (url: string, signed: string): boolean =>
  url !== signed && serverOf(url) !== serverOf(signed);
