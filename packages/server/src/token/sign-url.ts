import { optionsError } from '../errors/options-error.ts';
import { duration, given, optional, readOptions } from '../errors/options.ts';
import { parsedUrl } from '../url/judged-url.ts';
import { attachToken } from './attach-token.ts';
import { verifyingFormat } from './format-reader.ts';
import type { TokenFormat } from './token-format.ts';
import { refused } from './verdict.ts';
import type { Verdict } from './verdict.ts';

export type SignUrlOptions = { format: TokenFormat } & (
  | { /** Seconds from now. */ expiresIn: number; expires?: never }
  | { expiresIn?: never; /** Unix seconds. */ expires: number }
);

const signReaders = { format: given, expiresIn: /* @__PURE__ */ optional(/* @__PURE__ */ duration()), expires: given };

/**
 * Returns the URL with its token, for any format whose token fits into a URL. Replaces a token that is already there;
 * order, encoding and fragment stay as they were written.
 *
 * @throws `ERR_OPTIONS` unless exactly one of `expiresIn` and `expires` is given, for a relative URL, for a text that
 *   clients would not request as it is written (dot segments in any spelling, backslashes, line breaks), for a URL with
 *   a user name or a password, for a URL or a lifetime that `verifyUrl` would refuse, and for formats whose tokens
 *   travel in headers or cookies
 */
export async function signUrl(url: string | URL, options: SignUrlOptions): Promise<string> {
  const { format, expiresIn, expires } = readOptions(options, signReaders);
  if ((expiresIn === undefined) === (expires === undefined))
    throw optionsError('expiresIn', 'Give either `expiresIn` (seconds from now) or `expires` (unix seconds).');
  if (expiresIn !== undefined && expiresIn > (format.maxTtl ?? Infinity))
    throw optionsError('expiresIn', 'Give seconds, at most the maxTtl of the format.', expiresIn);
  const asked = writtenUrl(url, 'url');
  const target = withoutPathToken(asked, format);
  const token = await format.sign(target, expires ?? Math.floor(Date.now() / 1000 + expiresIn!));
  return attachToken(target === asked ? String(url) : target.href, token);
}

export interface VerifyUrlOptions {
  format: TokenFormat;
  /**
   * Unix seconds.
   * @default the local clock
   */
  now?: number;
}

const verifyReaders = { format: verifyingFormat, now: given };
const noHeaders = /* @__PURE__ */ new Headers();

/**
 * Judges the token of a signed URL. An edge also refuses a URL that servers could read in two ways, such as `/a;b.mp4`.
 * Never throws because of the URL: a text that is not an absolute URL is `malformed`.
 *
 * @throws `ERR_OPTIONS` for a format that only signs
 */
export async function verifyUrl(url: string | URL, options: VerifyUrlOptions): Promise<Verdict> {
  const { format, now } = readOptions(options, verifyReaders);
  if (!parsedUrl(String(url))) return refused.malformed;
  return format.verify({ url: String(url), headers: noHeaders }, now ?? Math.floor(Date.now() / 1000));
}

/**
 * Parses a text as an absolute URL. Other code may have checked the text: `URL` drops line breaks and tabs, turns
 * backslashes into slashes and resolves dot segments, so that the signed URL would be one that no check has seen and no
 * other client requests.
 *
 * @param text a text, or a `URL`, which was resolved before
 * @param option the name of the option, for the error
 * @throws `ERR_OPTIONS` for a text that `URL` would read differently from how it is written, for a text that is not an
 *   absolute URL, and for a URL with a user name or a password, which `fetch` refuses and edges never see
 */
export function writtenUrl(text: string | URL, option: string): URL {
  const written = String(text);
  const isChanged = /[\p{Cc}\p{Cs}]|^\s|\s$|^[^?#]*(?:\\|\/(?:\.|%2e){1,2}(?:[/?#]|$))/iu.test(written);
  const url = isChanged ? undefined : parsedUrl(written);
  if (url && !url.username && !url.password) return url;
  // The error of `URL` is not the cause of this one: its `input` contains the whole text, and so the token.
  throw optionsError(
    option,
    'This is not a URL as clients request it. Give an absolute URL without a user name, a password, backslashes, line ' +
      'breaks, spaces around it and dot segments: resolve those with `new URL(…)` in front of your own checks, and ' +
      'give its `href`.',
  );
}

/** Returns the URL to sign again: without the token of this format in its path, or `url` itself if there is none. */
export function withoutPathToken(url: URL, format: TokenFormat): URL {
  // URLs with other schemes, such as `skd:` and `data:`, have no origin and no token.
  if (!/^https?:$/.test(url.protocol)) return url;
  const bare = format.bare?.(url);
  return bare === undefined || bare.pathname === url.pathname ? url : new URL(bare.href + url.hash);
}
