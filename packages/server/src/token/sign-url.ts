import { checkNames } from '../errors/check-names.ts';
import { optionsError } from '../errors/options-error.ts';
import { attachToken } from './attach-token.ts';
import type { TokenFormat } from './token-format.ts';
import { withoutPathToken } from './without-path-token.ts';
import { writtenUrl } from './written-url.ts';

export type SignUrlOptions = { format: TokenFormat } & (
  | { /** Seconds from now. */ expiresIn: number; expires?: never }
  | { expiresIn?: never; /** Unix seconds. */ expires: number }
);

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
  checkNames(options, { format: true, expiresIn: true, expires: true });
  const { format, expiresIn, expires } = options;
  if ((expiresIn === undefined) === (expires === undefined)) {
    throw optionsError(
      'expiresIn',
      'Both or neither of `expiresIn` and `expires` are given. ' +
        'Give `expiresIn` (seconds from now) or `expires` (unix seconds).',
    );
  }
  if (
    expiresIn !== undefined &&
    !(Number.isFinite(expiresIn) && expiresIn > 0 && expiresIn <= (format.maxTtl ?? Infinity))
  ) {
    throw optionsError('expiresIn', 'Give seconds, more than 0 and at most the maxTtl of the format.', expiresIn);
  }
  const asked = writtenUrl(url, 'url');
  const target = withoutPathToken(asked, format);
  const token = await format.sign(target, expires ?? Math.floor(Date.now() / 1000 + expiresIn));
  return attachToken(target === asked ? String(url) : target.href, token);
}
