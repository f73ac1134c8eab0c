import { optionsError } from '../errors/options-error.ts';
import { duration, given, optional, readOptions } from '../errors/options.ts';
import { judgeUrl, parsedUrl, refusedUrl, urlProblem } from '../url/judged-url.ts';
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
 *   a user name or a password, for a path that servers read in two ways (the message names its part), for a lifetime
 *   that `verifyUrl` would refuse, and for formats whose tokens travel in headers or cookies
 */
export async function signUrl(url: string | URL, options: SignUrlOptions): Promise<string> {
  const { format, expiresIn, expires } = readOptions(options, signReaders);
  if ((expiresIn === undefined) === (expires === undefined))
    throw optionsError('expiresIn', 'Give either `expiresIn` (seconds from now) or `expires` (unix seconds).');
  if (expiresIn !== undefined && expiresIn > (format.maxTtl ?? Infinity))
    throw optionsError('expiresIn', 'Give seconds, at most the maxTtl of the format.', expiresIn);
  const asked = writtenUrl(url, 'url');
  const target = withoutPathToken(asked, format);
  if (!judgeUrl(target)) throw refusedUrl(target, 'url');
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
 * Judges the token of a signed URL. Never throws because of the URL: a text that is not an absolute URL is `malformed`,
 * and so is a URL that servers read in two ways, with a `detail` that names the part.
 *
 * @throws `ERR_OPTIONS` for a format that only signs
 */
export async function verifyUrl(url: string | URL, options: VerifyUrlOptions): Promise<Verdict> {
  const { format, now } = readOptions(options, verifyReaders);
  const asked = parsedUrl(String(url));
  if (!asked) return refused.malformed;
  const target = withoutPathToken(asked, format);
  if (!judgeUrl(target)) return { ...refused.malformed, detail: urlProblem(target) };
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
  const [, part] = changedParts.find(([pattern]) => pattern.test(written)) ?? [];
  if (part !== undefined)
    throw optionsError(
      option,
      `The URL has ${part}, so that clients request another URL than this text. Resolve it with \`new URL(…)\` in front ` +
        'of your own checks, and give its `href`.',
    );
  const url = parsedUrl(written);
  if (url && !url.username && !url.password) return url;
  // The error of `URL` is not the cause of this one: its `input` contains the whole text, and so the token.
  throw optionsError(option, 'Give an absolute URL without a user name and a password.');
}

/** Parts of a text that `URL` removes or changes. */
const changedParts: readonly (readonly [pattern: RegExp, part: string])[] = [
  [/[\p{Cc}\p{Cs}]|^\s|\s$/u, 'a control character, half a character or a space around it'],
  [/^[^?#]*\\/, 'a backslash'],
  [/^[^?#]*\/(?:\.|%2e){1,2}(?:[/?#]|$)/i, 'a dot segment'],
];

/** Returns the URL to sign again: without the token of this format in its path, or `url` itself if there is none. */
export function withoutPathToken(url: URL, format: TokenFormat): URL {
  // URLs with other schemes, such as `skd:` and `data:`, have no origin and no token.
  if (!/^https?:$/.test(url.protocol)) return url;
  const bare = format.bare?.(url);
  return bare === undefined || bare.pathname === url.pathname ? url : new URL(bare.href + url.hash);
}
