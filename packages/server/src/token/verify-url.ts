import { checkNames } from '../errors/check-names.ts';
import { parsedUrl } from '../url/parsed-url.ts';
import type { TokenFormat } from './token-format.ts';
import { refused } from './verdict.ts';
import type { Verdict } from './verdict.ts';
import { verifyingFormat } from './verifying-format.ts';

export interface VerifyUrlOptions {
  format: TokenFormat;
  /**
   * Unix seconds.
   * @default the local clock
   */
  now?: number;
}

const noHeaders = /* @__PURE__ */ new Headers();

/**
 * Judges a signed URL as the edge would judge a request for it. Never throws because of the URL: a text that is not an
 * absolute URL is `malformed`.
 *
 * @throws `ERR_OPTIONS` for a format that only signs
 */
export async function verifyUrl(url: string | URL, options: VerifyUrlOptions): Promise<Verdict> {
  checkNames(options, { format: true, now: true });
  const { now = Math.floor(Date.now() / 1000) } = options;
  const format = verifyingFormat(options.format);
  if (!parsedUrl(String(url))) return refused.malformed;
  return format.verify({ url: String(url), headers: noHeaders }, now);
}
